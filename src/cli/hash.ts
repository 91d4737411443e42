import { randomBytes } from 'node:crypto'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { EXIT } from '../experiment/exit.ts'
import { type HashRun, performHash } from '../experiment/hash/perform.ts'
import { experimentId } from '../experiment/plan.ts'
import { providePepper } from '../generator/hash/pepper.ts'
import type { Provenance } from '../model/row.ts'
import { answerHash, type HashDemand } from '../report/hash/answer.ts'
import { fitLoad, type LoadFit } from '../report/hash/loadFit.ts'
import { type HashReport, renderHash } from '../report/hash/terminal.ts'
import { roughDuration } from '../report/progress.ts'
import { appendRow } from '../results/append.ts'
import { checkResults } from '../results/check.ts'
import { environmentId } from '../results/host.ts'
import { readProvenance } from '../results/provenance.ts'
import { durationMs } from '../scenario/duration.ts'
import { defaultFile } from './compareRows.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { experimentFolder, replay } from './experimentFolder.ts'
import { interruptible } from './interrupt.ts'
import { maxDurationOption, parseDuration } from './runOptions.ts'

interface HashFlags {
  readonly records: number
  readonly budget: number
  readonly cores?: number
  readonly iterations?: readonly number[]
  readonly runs: number
  readonly runTime: number
  readonly seed: number
  readonly maxDuration?: number
  readonly results?: string
  readonly withLoad?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

const PLACE_COUNT = 2
const DAY_MS = 86_400_000

export function addHash(program: Command, console: () => Console, exit: (code: number) => void): void {
  program
    .command('hash')
    .description('the highest PBKDF2 iteration count whose cost in load time can be borne')
    .option('--records <n>', 'records to hash', positive, 60_000_000)
    .addOption(
      new Option('--budget <time>', 'time that the hashing may take: 5d, 12h, 90m')
        .argParser(parseBudget)
        .default(5 * DAY_MS, '5d'),
    )
    .option('--cores <n>', 'cores that hash (default: of this machine)', positive)
    .option(
      '--iterations <list>',
      'rungs of the ladder, for instance 1000,10000,100000 (default: by a probe)',
      parseLadder,
    )
    .option('-r, --runs <n>', 'runs of every rung in every place', positive, 30)
    .addOption(new Option('--run-time <time>', 'least length of a run').argParser(parseDuration).default(150, '150ms'))
    .option('--seed <n>', 'seed of the order', positive, 1)
    .addOption(maxDurationOption())
    .option('--results <file>', 'CSV that rows are appended to (default: that of the repository)')
    .option('--with-load <experiment>', 'an experiment of scenarios/hash-iterations.ts, shown beside')
    .option('--json', 'print the answer as JSON on standard output')
    .option('-q, --quiet', 'no progress, only the answer')
    .action(async (flags: HashFlags) => exit(await hash(flags, console())))
}

async function hash(flags: HashFlags, console: Console): Promise<number> {
  const pepper = providePepper(process.env)
  const results = await defaultFile(flags)
  checkResults(results)
  const { provenance } = await readProvenance({
    repository: process.cwd(),
    version: null,
    resultsFile: results,
    outputs: [],
    env: process.env,
  })
  const demandOf = (cores: number): HashDemand => ({
    records: flags.records,
    budgetSeconds: flags.budget / 1000,
    cores: flags.cores ?? cores,
  })
  const load = flags.withLoad === undefined ? null : await loadFitOf(flags.withLoad, flags, demandOf(1))
  const id = experimentId(new Date(), 'hash', randomBytes(4).readUInt32BE())
  const tell = (text: string) => (flags.quiet ? undefined : console.err(text))
  const performed = await interruptible(signal =>
    performHash({
      experimentId: id,
      demand: demandOf(provenance.host.cores),
      ladder: flags.iterations ?? null,
      runs: flags.runs,
      runMs: flags.runTime,
      seed: flags.seed,
      deadlineMs: flags.maxDuration === undefined ? null : performance.now() + flags.maxDuration,
      signal,
      planned: ladder => tell(planText(ladder, flags)),
      async finished(run) {
        await appendRow(results, rowOf(run, id, provenance), console.mask)
        if ((run.order + 1) % (PLACE_COUNT * 5) === 0) tell(`run ${run.order + 1}: ${run.iterations} iterations\n`)
      },
    }),
  )
  const report: HashReport = {
    demand: demandOf(performed.cores),
    cores: performed.cores,
    runs: performed.runs.length,
    pepper,
    places: {
      machine: answerHash(pointsOf(performed.runs, 'machine'), demandOf(performed.cores)),
      clone: answerHash(pointsOf(performed.runs, 'clone'), demandOf(performed.cores)),
    },
    load,
    stopped: performed.stopped,
  }
  console.out(
    flags.json
      ? `${JSON.stringify({ schema: 'hl7bench.hash/1', experiment: id, rows: results, ladder: performed.ladder, ...report }, null, 2)}\n`
      : renderHash(report, console.terminal),
  )
  for (const leak of performed.leaks) console.err(`left behind: ${leak}\n`)
  if (performed.stopped === 'interrupted') return EXIT.interrupted
  if (report.places.machine === null) return EXIT.noValidResult
  return performed.leaks.length > 0 ? EXIT.leaked : EXIT.ok
}

const pointsOf = (runs: readonly HashRun[], wanted: HashRun['place']) =>
  runs
    .filter(({ place }) => place === wanted)
    .map(({ iterations, secondsPerHash }) => ({ iterations, seconds: secondsPerHash }))

function planText(ladder: readonly number[], { runs, runTime }: HashFlags): string {
  const leastMs = PLACE_COUNT * ladder.length * runs * runTime
  return `iterations ${ladder.join(', ')}; ${runs} runs of each, here and in a clone: at least ${roughDuration(leastMs)}\n`
}

async function loadFitOf(experiment: string, flags: HashFlags, demand: HashDemand): Promise<LoadFit> {
  const { opening, finished } = await replay(await experimentFolder(experiment, flags.results ?? null))
  const fit = fitLoad(opening.plan.cases, finished, demand)
  if (fit === null)
    throw new UsageError(
      `${experiment} varies no iterations: name an experiment of a scenario like scenarios/hash-iterations.ts`,
    )
  return fit
}

function rowOf(run: HashRun, experiment: string, provenance: Provenance) {
  const { startedAt, elapsedMs, hashes, iterations, block, order, ...rest } = run
  return {
    testCaseId: `hash[iterations=${iterations}]`,
    branch: provenance.branch,
    commit: provenance.commit,
    version: provenance.version,
    environmentId: environmentId(run.place === 'clone' ? 'process' : 'machine', null, provenance.host),
    timestamp: startedAt,
    execution: block + 1,
    durationMs: Math.round(elapsedMs),
    records: hashes,
    beneficiaries: null,
    data: {
      schema: 'hl7bench.hash-row/1',
      experiment,
      run: `r${String(order + 1).padStart(4, '0')}`,
      state: 'valid',
      digest: `pbkdf2-sha256-${rest.threads}`,
      block,
      order,
      iterations,
      elapsedMs,
      ...rest,
      host: provenance.host,
      harness: provenance.harness,
    },
  }
}

function positive(value: string): number {
  const number = Number(value.replaceAll('_', ''))
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number of at least 1.')
  return number
}

/** A bare number would be milliseconds: nobody means so few. */
function parseBudget(value: string): number {
  const days = /^(\d+(?:\.\d+)?)\s*d$/.exec(value)
  const ms = days === null ? durationMs(value) : Number(days[1]) * DAY_MS
  if (ms === null || ms === 0) throw new InvalidArgumentError('write a time above 0 with its unit: 5d, 12h or 90m.')
  return ms
}

function parseLadder(value: string): readonly number[] {
  const rungs = [...new Set(value.split(',').map(positive))].sort((a, b) => a - b)
  if (rungs.length < 2 || rungs[0]! < 1_000)
    throw new InvalidArgumentError('write at least two iteration counts, none below 1,000, such as 1000,10000,100000.')
  return rungs
}
