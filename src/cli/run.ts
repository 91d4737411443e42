import type { Command } from 'commander'
import { shellWord } from '../environment/shellWord.ts'
import { begin, identify } from '../experiment/begin.ts'
import { EXIT } from '../experiment/exit.ts'
import { planExperiment } from '../experiment/plan.ts'
import type { Scenario } from '../model/scenario.ts'
import { ASSUMED_OVERHEAD_MS, estimateDuration, renderDryRun } from '../report/dryRun.ts'
import type { ExperimentReport } from '../report/experiment.ts'
import { renderJson } from '../report/json.ts'
import { roughDuration } from '../report/progress.ts'
import { renderTerminal } from '../report/terminal.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { readContents } from '../scenario/content.ts'
import { checkOutputs, outputsOf } from './checkOutputs.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { writeInvocation } from './invocation.ts'
import { loadTarget } from './loadTarget.ts'
import { measure } from './measure.ts'
import { addRunOptions, type RunFlags } from './runOptions.ts'

export function addRun(program: Command, console: () => Console, exit: (code: number) => void): void {
  addRunOptions(
    program
      .command('run')
      .description('measure a scenario, or servers that run already (mllp://host:port, http://host:port/fhir)'),
  )
    .argument('[scenario or addresses...]', 'a scenario file (.ts, .yaml, .json), or addresses')
    .action(async (targets: string[], flags: RunFlags) => exit(await run(targets, flags, console())))
}

async function run(targets: readonly string[], flags: RunFlags, console: Console): Promise<number> {
  const loaded = await loadTarget(targets, flags)
  if (flags.dryRun) return await dryRun(loaded, flags, console)
  const repeat = repeatCommand(loaded.scenario.seed)
  const report = await interruptible(signal => runLoaded({ loaded, targets, flags, repeat, console, signal }))
  printReport(report, flags, console)
  return report.exit.code
}

export interface LoadedRun {
  readonly loaded: LoadedScenario
  /** What `loaded` was loaded from. */
  readonly targets: readonly string[]
  readonly flags: RunFlags
  /** The command line that does the same again. */
  readonly repeat: string
  readonly console: Console
  readonly signal: AbortSignal
}

/** Plans an experiment, writes the plan down, performs it. */
export async function runLoaded({ loaded, targets, flags, ...rest }: LoadedRun): Promise<ExperimentReport> {
  const { console } = rest
  const contents = await readContents(loaded)
  checkOutputs(flags)
  checkMaxDuration(loaded, flags)
  for (const warning of loaded.warnings) console.err(`warning: ${warning}\n`)
  const begun = await begin({ ...identityOf(loaded, flags), tags: flags.tag ?? {}, arms: null, mask: console.mask })
  writeInvocation(begun.folder, { targets, flags, repeat: rest.repeat }, console.mask)
  return await measure({ begun, contents, flags, ...rest })
}

async function dryRun(loaded: LoadedScenario, flags: RunFlags, console: Console): Promise<number> {
  await readContents(loaded)
  checkOutputs(flags)
  checkMaxDuration(loaded, flags)
  for (const warning of loaded.warnings) console.err(`warning: ${warning}\n`)
  const plan = planAlone('dry-run', loaded.cases, loaded.scenario)
  const { resultsFile } = await identify(identityOf(loaded, flags))
  if (flags.json) {
    const { leastMs, mostMs } = estimateDuration(plan, ASSUMED_OVERHEAD_MS)
    const { seed, runs, cases } = plan
    const shown = cases.map(({ id, levels, digest }) => ({ id, levels, digest }))
    console.out(
      `${JSON.stringify({ schema: 'hl7bench.plan/1', seed, cases: shown, runs, leastMs, mostMs, resultsFile }, null, 2)}\n`,
    )
    return EXIT.ok
  }
  console.out(renderDryRun(plan, { width: console.terminal.width, overheadMs: null }))
  console.out(`rows would go to ${resultsFile}\n`)
  return EXIT.ok
}

/** A limit that not even the first run can keep is a slip. */
export function checkMaxDuration({ cases, scenario }: LoadedScenario, { maxDuration }: RunFlags): void {
  if (maxDuration === undefined) return
  const first = planAlone('', cases.slice(0, 1), { ...scenario, runs: 1 })
  const { leastMs } = estimateDuration(first, 0)
  if (leastMs > maxDuration)
    throw new UsageError(
      `--max-duration: one run takes at least ${roughDuration(leastMs)}; give it more time, or make the run shorter with --duration`,
    )
}

/** The plan of an experiment that is not begun. */
function planAlone(id: string, cases: LoadedScenario['cases'], { runs, seed }: Pick<Scenario, 'runs' | 'seed'>) {
  const arms = [{ name: 'only' as const, label: '', branch: null, commit: null, version: null, checkout: null }]
  return planExperiment({ id, cases, arms, seed }, runs)
}

export function identityOf(loaded: LoadedScenario, flags: RunFlags) {
  const results = flags.results ?? process.env.HL7BENCH_RESULTS ?? null
  const outputs = outputsOf(flags).map(([, file]) => file)
  return { loaded, env: process.env, results, outputs, environmentId: flags.environmentId ?? null }
}

export function printReport(report: ExperimentReport, { json }: Pick<RunFlags, 'json'>, console: Console): void {
  console.out(json ? renderJson(report) : renderTerminal(report, console.terminal))
}

/** The command line as it was, and the seed, which may have come from the file. */
export function repeatCommand(seed: number): string {
  const words = process.argv.slice(2).map(shellWord)
  return ['npx hl7bench', ...words, ...(words.includes('--seed') ? [] : ['--seed', String(seed)])].join(' ')
}
