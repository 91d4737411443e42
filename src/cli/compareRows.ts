import type { CompareFlags } from './compareOptions.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'

export async function compareRows(_files: readonly string[], _flags: CompareFlags, _console: Console): Promise<number> {
  throw new UsageError('todo')
}
