import { closeSync, openSync, writeSync } from 'node:fs'
import type { Mask } from '../results/mask.ts'
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
  const [kind, file] = [out.slice(0, out.indexOf('=')), out.slice(out.indexOf('=') + 1)]
  if (kind !== 'ndjson' || file === '') throw new UsageError(`--out ${out}: write ndjson=FILE`)
  try {
    return openSync(file, 'a')
  } catch (error) {
    throw new UsageError(`--out ${out}: ${(error as Error).message}; name a file that can be written`)
  }
}
