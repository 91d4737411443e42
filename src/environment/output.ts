import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createMask } from '../mask.ts'

const MOST_BYTES = 65_536
const MOST_CHARACTERS = 8_192

/**
 * Last lines of what was written to a file after `fromByte`; empty when there is nothing, or no file. Secrets are masked before anything is
 * cut, since no mask finds a part of one; a line that reading cut is left out.
 */
export function lastLines(file: string, fromByte: number, count: number): string[] {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return []
  }
  try {
    const size = fstatSync(fd).size
    const start = Math.max(fromByte, size - MOST_BYTES)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const length = readSync(fd, buffer, 0, buffer.length, start)
    const text = buffer.toString('utf8', 0, length)
    const whole = start > fromByte ? text.replace(/^[^\n]*/, '…') : text
    const lines = createMask(process.env)(whole).slice(-MOST_CHARACTERS).split(/\r?\n/)
    return lines.filter(line => line.trim() !== '').slice(-count)
  } finally {
    closeSync(fd)
  }
}

/** Output of one process: its files, and how long they were when it began. */
export interface Output {
  readonly stdout: string
  readonly stderr: string
  readonly stdoutFromByte: number
  readonly stderrFromByte: number
}

/** Files for the output of a process about to be started; what earlier ones of that name wrote is kept, and not quoted. */
export function outputIn(folder: string, name: string): Output {
  const stdout = join(folder, `${name}.out.log`)
  const stderr = join(folder, `${name}.err.log`)
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return { stdout, stderr, stdoutFromByte: sizeOf(stdout), stderrFromByte: sizeOf(stderr) }
}

/** The last lines of a process's output for an error message, those of stderr last. */
export function quoteOutput(output: Output): string {
  const lines = [
    ...lastLines(output.stdout, output.stdoutFromByte, 5),
    ...lastLines(output.stderr, output.stderrFromByte, 10),
  ]
  return lines.length === 0 ? 'it printed nothing' : `it printed:\n${lines.map(line => `  | ${line}`).join('\n')}`
}
