import { fileURLToPath } from 'node:url'

/** Programs that are started as processes of their own, as absolute file names. */
export interface Entries {
  readonly guardian: string
  readonly target: string
  readonly generator: string
  readonly hasher: string
  readonly probe: string
  readonly keeper: string
  /** The command line itself, as a user runs it. */
  readonly command: string
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const fileOf = (path: string) => fileURLToPath(new URL(`${path}.${extension}`, import.meta.url))

export const entries: Entries = {
  guardian: fileOf('./guardian'),
  target: fileOf('../target/main'),
  generator: fileOf('../generator/main'),
  hasher: fileOf('../generator/hash/main'),
  probe: fileOf('./netns/probe/main'),
  keeper: fileOf('./netns/keep/main'),
  command: fileURLToPath(new URL('../../bin/hl7bench.js', import.meta.url)),
}
