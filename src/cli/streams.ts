import { closeSync, openSync, writeSync } from 'node:fs'
import type { Mask } from '../mask.ts'
import { UsageError } from './errors.ts'

/** What happens while an experiment runs, for other programs. */
export interface Streams {
  write(event: object): void
  close(): void
}

/** Opens the files of `--out ndjson=FILE`. @throws UsageError for another kind or a file that cannot be opened */
export function openStreams(outs: readonly string[], mask: Mask): Streams {
  const descriptors = outs.map(openOut)
  return {
    write(event) {
      if (descriptors.length === 0) return
      const line = `${mask(JSON.stringify({ at: new Date().toISOString(), ...event }))}\n`
      for (const descriptor of descriptors) writeSync(descriptor, line)
    },
    close() {
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor)
    },
  }
}

function openOut(out: string): number {
  try {
    return openSync(ndjsonFile(out), 'a')
  } catch (error) {
    throw new UsageError(`--out ${out}: ${(error as Error).message}; name a file that can be written`)
  }
}

/** The file of `ndjson=FILE`. @throws UsageError for another kind */
export function ndjsonFile(out: string): string {
  const at = out.indexOf('=')
  if (out.slice(0, at) !== 'ndjson' || at === out.length - 1) throw new UsageError(`--out ${out}: write ndjson=FILE`)
  return out.slice(at + 1)
}
