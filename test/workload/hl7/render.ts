import type { MessagesSpec } from '../../../src/model/scenario.ts'
import type { MessageStream } from '../../../src/model/stream.ts'
import { messageProfile } from '../../../src/scenario/profile.ts'
import { createBytes } from '../../../src/workload/bytes.ts'
import { compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { messageStream } from '../../../src/workload/hl7/stream.ts'

export const OPTIONS = {
  seed: 1,
  runKey: 'ABC123',
  loadIndex: 2,
  epochMs: Date.UTC(2026, 10, 22, 21, 5, 0, 250),
  gapMs: 1,
}

type MixSpec = Extract<MessagesSpec, { kind: 'mix' }>

/** The mixture of sizes of the hospital. */
export const MIXTURE = messageProfile('hospital').sizes!

export function mixSpec(
  mix: Readonly<Record<string, number>>,
  rest: Partial<Omit<MixSpec, 'kind' | 'mix'>> = {},
): MixSpec {
  return { kind: 'mix', version: '2.5.1', sizes: 'template', charset: 'ascii', population: 1000, skew: 0, ...rest, mix }
}

/** The stream of a spec as a generator gets it: through JSON. */
export function streamOf(
  spec: MessagesSpec,
  options: Partial<typeof OPTIONS> = {},
  files: readonly Uint8Array[] = [],
): MessageStream {
  const compiled = JSON.parse(JSON.stringify(compileMessages(spec, files)))
  return messageStream(compiled, { ...OPTIONS, ...options })
}

export function text(stream: MessageStream, index: number, out = createBytes(16)): string {
  stream.render(index, out)
  return new TextDecoder().decode(out.bytes.subarray(0, out.length))
}

/** Field `number` of the first segment called `name`. */
export function field(message: string, name: string, number: number): string {
  const segment = message.split('\r').find(line => line.startsWith(`${name}|`))!
  return segment.split('|')[name === 'MSH' ? number - 1 : number] ?? ''
}
