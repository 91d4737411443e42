import { randomBytes } from 'node:crypto'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { expectedMs } from '../experiment/calibrate/expected.ts'
import { PARTS, type Part, performCalibration } from '../experiment/calibrate/perform.ts'
import { calibrationFile, machineOf, storeCalibration } from '../experiment/calibrate/store.ts'
import { EXIT } from '../experiment/exit.ts'
import { experimentId } from '../experiment/plan.ts'
import { renderCalibration } from '../report/calibration/terminal.ts'
import { readHost } from '../results/host.ts'
import { readOwnVersion } from '../results/provenance.ts'
import type { Console } from './console.ts'
import { interruptible } from './interrupt.ts'
import { parseDuration } from './runOptions.ts'

interface CalibrateFlags {
  readonly only?: readonly Part[]
  readonly runs?: number
  readonly duration: number
  readonly seed: number
  readonly quick?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const RUNS = 7
const QUICK_RUNS = 3
const WIDTH_RATIO = 0.1
const QUICK_WIDTH_RATIO = 0.25

export function addCalibrate(program: Command, console: () => Console, exit: (code: number) => void): void {
  program
    .command('calibrate')
    .description(
      "what this machine's generators can do, and whether the FHIR engine agrees with autocannon; stored as a hint",
    )
    .addOption(new Option('--only <parts...>', 'parts to measure; the others stay as stored').choices(PARTS))
    .option('-r, --runs <n>', `closed-loop runs of each protocol (default: ${RUNS})`, wholeNumber)
    .addOption(
      new Option('-d, --duration <time>', 'measured phase of every run').argParser(parseDuration).default(1_000, '1s'),
    )
    .option('--quick', `${QUICK_RUNS} runs, and a rougher search for the open rate`)
    .option('--seed <n>', 'seed of data and order', wholeNumber, 1)
    .option('--json', 'print the result as JSON on standard output')
    .option('-q, --quiet', 'no progress, only the answer')
    .action(async (flags: CalibrateFlags) => exit(await calibrate(flags, console())))
}

async function calibrate(flags: CalibrateFlags, { out, err, terminal }: Console): Promise<number> {
  const machine = machineOf({ host: await readHost(), harness: { version: readOwnVersion(), commit: null } })
  const settings = {
    parts: flags.only ?? PARTS,
    runs: flags.runs ?? (flags.quick ? QUICK_RUNS : RUNS),
    measureMs: flags.duration,
    widthRatio: flags.quick ? QUICK_WIDTH_RATIO : WIDTH_RATIO,
  }
  const told = (text: string) => (flags.quiet ? undefined : err(text))
  told(`about ${Math.ceil(expectedMs(settings) / 1000)} s; longer where other programs use the machine\n`)
  const { calibrated, leaks } = await interruptible(signal =>
    performCalibration({
      ...settings,
      experimentId: experimentId(new Date(), 'calibrate', randomBytes(4).readUInt32BE()),
      seed: flags.seed,
      signal,
      told,
    }),
  )
  for (const leak of leaks) err(`left behind: ${leak}\n`)
  if (calibrated === null) {
    err('interrupted: nothing was stored\n')
    return EXIT.interrupted
  }
  const { shown, notStored } = storeCalibration(machine, calibrated)
  const file = calibrationFile()
  out(
    flags.json
      ? `${JSON.stringify({ schema: 'hl7bench.calibration/1', file, ...shown, notStored }, null, 2)}\n`
      : renderCalibration(shown, notStored, file, terminal),
  )
  return leaks.length > 0 ? EXIT.leaked : EXIT.ok
}

function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number of at least 1.')
  return number
}
