import { closeSync, openSync, readdirSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { type Mask, noMask } from '../mask.ts'
import { writeError } from './error.ts'

const PART_BYTES = 16 * 1024 * 1024

/**
 * Masks the secrets in the `.log` files of a folder, which the processes of a run wrote by themselves. To be called when these have
 * ended; a folder that does not exist has none. In a file of more than 16 MiB a short line of a secret of several may be missed
 * where two parts meet. Throws `full` and `unwritable`; the file is then as it was.
 */
export function maskLogs(folder: string, mask: Mask): void {
  if (mask === noMask) return
  for (const file of logsIn(folder)) {
    const draft = `${file}.${process.pid}.tmp`
    try {
      if (writeMasked(file, draft, mask)) renameSync(draft, file)
    } catch (error) {
      throw writeError(file, error)
    } finally {
      rmSync(draft, { force: true })
    }
  }
}

function logsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.log'))
      .map(name => join(folder, name))
  } catch {
    return []
  }
}

/** Returns whether there was anything to mask. */
function writeMasked(file: string, draft: string, mask: Mask): boolean {
  let isChanged = false
  const to = openSync(draft, 'w', 0o600)
  try {
    for (const part of partsOf(file)) {
      const masked = mask(part)
      isChanged ||= masked !== part
      writeFileSync(to, masked)
    }
  } finally {
    closeSync(to)
  }
  return isChanged
}

/** The text of a file in parts that end with a line. */
function* partsOf(file: string): Generator<string> {
  const from = openSync(file, 'r')
  try {
    const buffer = Buffer.allocUnsafe(PART_BYTES)
    const decoder = new StringDecoder('utf8')
    let rest = ''
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) {
      const text = rest + decoder.write(buffer.subarray(0, read))
      const end = read < PART_BYTES ? 0 : text.lastIndexOf('\n') + 1
      yield text.slice(0, end)
      rest = text.slice(end)
    }
    yield rest + decoder.end()
  } finally {
    closeSync(from)
  }
}
