import { messagesMs } from '../model/checkedSizes.ts'
import type { Case, ExperimentPlan, PlannedRun } from '../model/experiment.ts'
import type { NetnsEnvironment } from '../model/netns.ts'
import { fold } from './fold.ts'
import { formatMs, plural } from './format.ts'
import { roughDuration } from './progress.ts'
import { describePhases, describeWorkload, loadTitle } from './workload.ts'

/** Provisioning, start and clean-up of one run of a `process` environment when nothing has been measured yet, ms. */
export const ASSUMED_OVERHEAD_MS = 500

/** Checks of one clone in namespaces, without the time that its link takes for what they send, ms. */
const ASSUMED_CHECKS_MS = 1_500

export interface DryRunOptions {
  readonly width: number
  /** Time of a run outside its phases, from earlier runs; null = assume `ASSUMED_OVERHEAD_MS`. */
  readonly overheadMs: number | null
}

/** What `run` would do, without doing it; ends with a newline. */
export function renderDryRun(plan: ExperimentPlan, { width, overheadMs }: DryRunOptions): string {
  const estimate = estimateDuration(plan, overheadMs ?? ASSUMED_OVERHEAD_MS)
  const checksMs = sumOfChecks(plan)
  const checks = checksMs === 0 ? '' : `, ${formatMs(checksMs)} for the checks of clones in all`
  const basis = overheadMs === null ? 'assumed' : 'measured'
  const lines = [
    `${plan.id}: ${plural(plan.cases.length, 'case')}, ${plural(plan.runs.length, 'run')}, seed ${plan.seed}`,
    `about ${roughDuration(estimate.leastMs)}, at most ${roughDuration(estimate.mostMs)} with full drains and fixed work at its limit (${basis} ${formatMs(overheadMs ?? ASSUMED_OVERHEAD_MS)} around each run${checks})`,
    ...plan.cases.flatMap(testCase => ['', ...describeCase(testCase, plan.runs)]),
    '',
    ...describeOrder(plan),
  ]
  return `${lines.flatMap(line => fold(line, width, '  ')).join('\n')}\n`
}

/** Whole experiment, ms, blocks in parallel: least without any drain, most with every phase at its full length. */
export function estimateDuration(
  plan: ExperimentPlan,
  overheadMs: number,
): { readonly leastMs: number; readonly mostMs: number } {
  const cases = new Map(plan.cases.map(testCase => [testCase.id, testCase]))
  const parallel = plan.cases[0]?.scenario.environment.parallel ?? 1
  const checksMs = sumOfChecks(plan)
  const sum = (runMs: (testCase: Case) => number): number =>
    plan.runs.reduce((total, run) => total + overheadMs + runMs(cases.get(run.caseId)!), checksMs) / parallel
  return {
    leastMs: sum(
      ({ scenario }) => scenario.phases.warmupMs + (isFixedWork(scenario.load) ? 0 : scenario.phases.measureMs),
    ),
    mostMs: sum(({ scenario: { phases } }) => phases.warmupMs + phases.measureMs + phases.drainMs),
  }
}

/** The environment of each clone that is proven before it is loaded: one for all cases of a block with the same environment. */
function checkedClones({ cases, runs }: ExperimentPlan): NetnsEnvironment[] {
  const environments = new Map(cases.map(({ id, scenario }) => [id, scenario.environment]))
  const clones = runs.flatMap(({ block, caseId }): [string, NetnsEnvironment][] => {
    const environment = environments.get(caseId)!
    if (environment.kind !== 'netns' || environment.checks === 'never') return []
    const which = environment.checks === 'every' ? block : 'first'
    return [[`${which} ${JSON.stringify(environment)}`, environment]]
  })
  return [...new Map(clones).values()]
}

/** Of all clones, one after the other, ms. */
const sumOfChecks = (plan: ExperimentPlan): number =>
  checkedClones(plan).reduce((total, environment) => total + checkMs(environment), 0)

const checkMs = ({ link: { rateMbit } }: NetnsEnvironment): number =>
  ASSUMED_CHECKS_MS + (rateMbit === null ? 0 : messagesMs(rateMbit))

function isFixedWork(loads: Case['scenario']['load']): boolean {
  return loads.every(load => load.workload.records !== null)
}

function describeCase({ id, scenario, digest }: Case, runs: readonly PlannedRun[]): readonly string[] {
  const count = runs.filter(run => run.caseId === id).length
  return [
    `${id} (digest ${digest}): ${plural(count, 'run')} in environment ${scenario.environment.kind}`,
    `  ${describePhases(scenario.phases)}`,
    ...scenario.load.map(load => `  ${loadTitle(load)}: ${describeWorkload(load)}`),
    ...scenario.slo.map(slo => `  SLO ${slo.metric} ${slo.text}`),
  ]
}

/** One line for each block, its runs in their order. */
function describeOrder({ cases, runs }: ExperimentPlan): readonly string[] {
  const blocks = Map.groupBy(
    runs.toSorted((a, b) => a.order - b.order),
    run => run.block,
  )
  if (cases.length === 1) return [`order: ${plural(blocks.size, 'block')} of one run each`]
  return [
    'order:',
    ...[...blocks].map(([block, members]) => `  block ${block + 1}: ${members.map(run => run.caseId).join(', ')}`),
  ]
}
