import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { lineEndOf, readEnding } from './append.ts'
import { writeError } from './error.ts'

/**
 * Throws what the first `appendRow` would throw, so that no load is spent on rows that cannot be kept: `columns`, `malformed`,
 * `unwritable`. Writes nothing.
 */
export function checkResults(file: string): void {
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) checkFolder(dirname(file))
    else checkFile(file)
  } catch (error) {
    throw writeError(file, error)
  }
}

function checkFile(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    lineEndOf(file, descriptor)
    readEnding(file, descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The folder, or where it would be made. */
function checkFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return checkFolder(dirname(folder))
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`)
  accessSync(folder, constants.W_OK)
}
