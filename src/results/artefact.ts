import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeError } from './error.ts'

/** Writes a file of an experiment whole or not at all, also across a power cut, and returns its path. */
export function writeArtefact(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  const draft = `${file}.${process.pid}.tmp`
  try {
    const descriptor = openSync(draft, 'w')
    try {
      writeFileSync(descriptor, content)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, file)
    syncFolder(dirname(file))
  } catch (error) {
    rmSync(draft, { force: true })
    throw writeError(file, error)
  }
  return file
}

/** Makes names created in a folder last. Windows cannot open folders and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
