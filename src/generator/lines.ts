import type { GeneratorLine } from '../model/generator.ts'

const write = process.stdout.write.bind(process.stdout)

/** From now on standard output carries lines of `print` alone: what code of a scenario prints goes to standard error. */
export function keepStandardOutput(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/** Prints one line of JSON on standard output; resolves when it was handed over. */
export function print(line: GeneratorLine): Promise<void> {
  return new Promise(resolve => {
    write(`${JSON.stringify(line)}\n`, () => resolve())
  })
}

/** The lines of standard input, one at a time; null = its end. */
export function readLines(input: NodeJS.ReadableStream): () => Promise<string | null> {
  const lines: (string | null)[] = []
  let waiting: ((line: string | null) => void) | null = null
  let rest = ''
  const deliver = (line: string | null) => {
    if (waiting === null) return void lines.push(line)
    const resolve = waiting
    waiting = null
    resolve(line)
  }
  input.setEncoding('utf8')
  input.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const part of parts) deliver(part)
  })
  input.on('end', () => deliver(null))
  return () =>
    new Promise(resolve => {
      if (lines.length > 0) resolve(lines.shift()!)
      else waiting = resolve
    })
}
