import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BENCHES, OWN_BENCHES } from './benches.ts'
import { FEWEST_REPETITIONS } from './middle.ts'
import { type Choice, DEFAULT_SECONDS, type Options, readOptions, usageOf } from './options.ts'
import { createProcesses } from './processes.ts'
import { compareSenders } from './sideBySide.ts'
import { tell } from './tell.ts'

const choices: readonly Choice[] = [
  ...Object.entries(BENCHES).map(([name, { bars }]) => ({
    name,
    peers: bars.map(({ peer }) => peer),
    repetitions: FEWEST_REPETITIONS,
    seconds: DEFAULT_SECONDS,
  })),
  ...Object.entries(OWN_BENCHES).map(
    ([name, { peers = [], repetitions = FEWEST_REPETITIONS, seconds = DEFAULT_SECONDS }]) => ({
      name,
      peers,
      repetitions,
      seconds,
    }),
  ),
]
const processes = createProcesses()
const folder = mkdtempSync(join(tmpdir(), 'hl7bench-bench-'))
process.on('exit', () => {
  processes.endAll()
  rmSync(folder, { recursive: true, force: true })
})
const interruption = new AbortController()
process.on('SIGINT', () => interrupt(130))
process.on('SIGTERM', () => interrupt(143))

try {
  const options = readOrExplain()
  console.log(JSON.stringify(await perform(options)))
} catch (error) {
  tell(error instanceof Error ? error.message : String(error))
  process.exitCode ??= 1
  // A receiver that is left waiting for its sender would keep the bench alive.
  processes.endAll()
}

function perform(options: Options): Promise<object> {
  const own = OWN_BENCHES[options.name]
  return own === undefined
    ? compareSenders(BENCHES[options.name]!, options, processes, folder)
    : own.perform(options, processes, folder, interruption.signal)
}

/** A bench that tells what it has so far does so, unless it is interrupted again. */
function interrupt(exitCode: number): void {
  const name = process.argv[2] ?? ''
  if (interruption.signal.aborted || !OWN_BENCHES[name]?.tellsPart) process.exit(exitCode)
  process.exitCode = exitCode
  interruption.abort()
  processes.endAll()
}

function readOrExplain(): Options {
  try {
    return readOptions(process.argv.slice(2), choices)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${usageOf(choices)}`)
  }
}
