import { readClock } from '../ledger/machineClock.ts'
import { type ServeOptions, serve } from './serve.ts'

/*
 * The process of the built-in targets: one line of JSON on standard input says what to serve, one line on standard
 * output where it listens. The end of standard input ends it, so it never outlives whoever started it.
 */
let text = ''
let started = false
let stop: () => Promise<void> = async () => {}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
process.on('SIGTERM', quit)
process.on('SIGINT', quit)
process.stdin.on('end', quit)
process.stdin.on('error', quit)
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  if (started) return
  text += chunk
  const end = text.indexOf('\n')
  if (end === -1) return
  started = true
  begin(text.slice(0, end)).catch(fail)
})

async function begin(line: string): Promise<void> {
  const { targets } = JSON.parse(line) as { targets: ServeOptions[] }
  const { ports, close } = await serve(targets)
  stop = close
  print({ type: 'listening', ports, clock: readClock() })
}

function quit(): void {
  stop().then(() => process.exit(0), fail)
}

function fail(error: unknown): void {
  print({ type: 'error', message: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
