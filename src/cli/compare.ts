import type { Command } from 'commander'
import { begin, identify } from '../experiment/begin.ts'
import { EXIT } from '../experiment/exit.ts'
import { planExperiment } from '../experiment/plan.ts'
import type { Arm } from '../model/experiment.ts'
import type { ComparisonReport } from '../report/comparison/comparison.ts'
import { renderComparison } from '../report/comparison/terminal.ts'
import { ASSUMED_OVERHEAD_MS, estimateDuration, renderDryRun } from '../report/dryRun.ts'
import { plural } from '../report/format.ts'
import { renderComparisonJson } from '../report/json.ts'
import { roughDuration } from '../report/progress.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { readContents } from '../scenario/content.ts'
import { SPEEDUP_TEST_RUNS } from '../stats/speedupTest.ts'
import { armsOf, preparing } from './armsOf.ts'
import { checkOutputs } from './checkOutputs.ts'
import { addCompareOptions, type CompareFlags, settingsOf } from './compareOptions.ts'
import { compareRows } from './compareRows.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { writeInvocation } from './invocation.ts'
import { loadTarget } from './loadTarget.ts'
import { measureComparison } from './measureComparison.ts'
import { checkMaxDuration, identityOf, repeatCommand } from './run.ts'

export function addCompare(program: Command, console: () => Console, exit: (code: number) => void): void {
  addCompareOptions(
    program
      .command('compare')
      .description(
        'tell whether a change made the system slower: two commits (or addresses) measured in pairs, judged in two stages',
      ),
  )
    .argument('[scenario or CSV files...]', 'a scenario file; or, with --baseline-rows, CSV files')
    .action(async (targets: string[], flags: CompareFlags) => exit(await compare(targets, flags, console())))
}

async function compare(targets: readonly string[], given: CompareFlags, console: Console): Promise<number> {
  if (given.baselineRows !== undefined || given.candidateRows !== undefined)
    return await compareRows(targets, given, console)
  const flags =
    given.method === 'speedup-test' && given.runs === undefined ? { ...given, runs: String(SPEEDUP_TEST_RUNS) } : given
  const loaded = await loadComparison(targets, flags)
  if (flags.dryRun) return await dryRun(loaded, flags, console)
  const repeat = repeatCommand(loaded.scenario.seed)
  const report = await interruptible(signal => compareLoaded({ loaded, targets, flags, repeat, console, signal }))
  printComparison(report, flags, console)
  return report.exit.code
}

/** The scenario that drives both arms: a file, or, of two addresses, what the candidate's would be driven by. */
export async function loadComparison(targets: readonly string[], flags: CompareFlags): Promise<LoadedScenario> {
  return await loadTarget(targets.length === 0 && flags.candidate !== undefined ? [flags.candidate] : targets, flags)
}

export interface LoadedComparison {
  readonly loaded: LoadedScenario
  /** What `loaded` was loaded from. */
  readonly targets: readonly string[]
  readonly flags: CompareFlags
  /** The command line that does the same again. */
  readonly repeat: string
  readonly console: Console
  readonly signal: AbortSignal
}

/** Finds both arms, plans the comparison, writes the plan down, performs it. */
export async function compareLoaded({ loaded, targets, flags, ...rest }: LoadedComparison): Promise<ComparisonReport> {
  const { console } = rest
  const contents = await readContents(loaded)
  checkOutputs(flags)
  checkMaxDuration(loaded, flags)
  checkPairs(loaded, flags)
  const identity = await identify(identityOf(loaded, flags))
  const { arms, warnings } = await armsOf(loaded, flags, identity)
  for (const warning of [...loaded.warnings, ...warnings]) console.err(`warning: ${warning}\n`)
  console.err(`${durationText(loaded, arms)}\n`)
  const begun = await begin({ ...identityOf(loaded, flags), tags: flags.tag ?? {}, arms, mask: console.mask })
  writeInvocation(begun.folder, { targets, flags, repeat: rest.repeat }, console.mask)
  const prepare = preparing(arms, loaded, flags, identity.git.workTree)
  return await measureComparison({ begun, contents, flags, prepare, ...rest })
}

async function dryRun(loaded: LoadedScenario, flags: CompareFlags, console: Console): Promise<number> {
  await readContents(loaded)
  checkMaxDuration(loaded, flags)
  checkPairs(loaded, flags)
  const identity = await identify(identityOf(loaded, flags))
  const { arms, warnings } = await armsOf(loaded, flags, identity)
  for (const warning of [...loaded.warnings, ...warnings]) console.err(`warning: ${warning}\n`)
  const plan = planOf(loaded, arms)
  if (flags.json) {
    const { seed, runs } = plan
    console.out(
      `${JSON.stringify({ schema: 'hl7bench.plan/1', seed, arms, runs, resultsFile: identity.resultsFile }, null, 2)}\n`,
    )
    return EXIT.ok
  }
  console.out(renderDryRun(plan, { width: console.terminal.width, overheadMs: null }))
  for (const { name, label, commit } of arms)
    console.out(`${name}: ${label}${commit === null ? '' : ` at ${commit}`}\n`)
  console.out(`${durationText(loaded, arms)}\nrows would go to ${identity.resultsFile}\n`)
  return EXIT.ok
}

/** Pairs that no verdict could rest on are not measured. @throws UsageError */
function checkPairs({ scenario: { runs } }: LoadedScenario, flags: CompareFlags): void {
  const { minRuns } = settingsOf(flags)
  if (runs < minRuns)
    throw new UsageError(`runs ${runs}: a verdict needs ${minRuns} pairs or more; give --runs ${minRuns} or more`)
}

function planOf({ cases, scenario }: LoadedScenario, arms: readonly Arm[]) {
  return planExperiment({ id: 'dry-run', cases, arms, seed: scenario.seed }, scenario.runs)
}

function durationText(loaded: LoadedScenario, arms: readonly Arm[]): string {
  const { leastMs } = estimateDuration(planOf(loaded, arms), ASSUMED_OVERHEAD_MS)
  const pairs = `${plural(loaded.scenario.runs, 'pair')}${loaded.cases.length > 1 ? ` of each of ${loaded.cases.length} cases` : ''}`
  return `${pairs} ${loaded.scenario.runs === 1 ? 'takes' : 'take'} about ${roughDuration(leastMs)}, builds not counted; as long again if a change has to be confirmed`
}

export function printComparison(
  report: ComparisonReport,
  { json }: Pick<CompareFlags, 'json'>,
  console: Console,
): void {
  console.out(json ? renderComparisonJson(report) : renderComparison(report, console.terminal))
}
