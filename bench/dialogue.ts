import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Talks with a child in lines of JSON. The end of its input tells the child to end. */
export interface Dialogue {
  say(message: unknown): void
  /** The next line. @throws Error with what the child printed on standard error when it ends instead. */
  hear(): Promise<unknown>
  /** Closes the child's input and resolves when it has ended. */
  end(): Promise<void>
}

const LAST_CHARACTERS = 4000

export function converse(name: string, child: ChildProcessWithoutNullStreams): Dialogue {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-LAST_CHARACTERS)
  })
  return {
    say: message => void child.stdin.write(`${JSON.stringify(message)}\n`),
    async hear() {
      const line = await lines.next()
      if (!line.done) return JSON.parse(line.value)
      throw new Error(`${name} ended with ${await ended}${complaint === '' ? '' : `:\n${complaint.trim()}`}`)
    },
    async end() {
      child.stdin.end()
      await ended
    },
  }
}
