import { type Command, InvalidArgumentError, Option } from 'commander'
import { isOfOneRate, raisedPath, totalRate } from '../experiment/capacity/caseAt.ts'
import { responseLimit } from '../experiment/capacity/lossRatio.ts'
import { type CapacityAim, SEARCHED, type Searched } from '../model/capacity.ts'
import type { Load, Scenario } from '../model/scenario.ts'
import { formatMs } from '../report/format.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { UsageError } from './errors.ts'
import { positive, whole } from './number.ts'
import { addKeepingOptions, addSettingOptions, parseDuration, type RunFlags } from './runOptions.ts'

export interface CapacityFlags extends RunFlags {
  readonly over: Searched
  readonly load?: string
  readonly loss: number
  readonly trial: number
  readonly sum?: number
  readonly exceed: number
  readonly width: number
  readonly from?: number
  readonly least?: number
  readonly most?: number
  readonly clones: number
  readonly direct: boolean
  readonly peak?: number
}

export function addCapacityOptions(command: Command): Command {
  const searched = command
    .addOption(
      new Option('--over <what>', 'what is raised: the rate of a load, its feeds, or the hospitals of a hub')
        .choices([...SEARCHED])
        .default('rate'),
    )
    .option('--load <name>', 'the load that is raised (default: the only one)')
    .option('--loss <ratio>', 'largest loss ratio of a load that is kept up with: 0.5% or 0.005', ratio, 0)
    .addOption(
      new Option('--trial <time>', 'length of a full trial; the search begins with shorter ones')
        .argParser(parseDuration)
        .default(60_000, '60s'),
    )
    .option('--sum <time>', 'trial time that decides about a load (default: one trial)', parseDuration)
    .option('--exceed <ratio>', 'share of the trial time that may be bad', ratio, 0)
    .option('--width <ratio>', 'how close the bounds come to each other', ratio, 0.02)
    .option('--from <load>', "first load tried, /s, feeds or tunnels (default: the scenario's own)", positive)
    .option('--least <load>', 'least load tried (default: a hundredth of the first; 1 feed or tunnel)', positive)
    .option(
      '--most <load>',
      'largest load tried (default: a thousand times the first; 10,000 feeds, 1,000 tunnels)',
      positive,
    )
    .option('--clones <n>', 'independent clones, a search on each; an interval needs 6', whole, 6)
    .option('--no-direct', 'do not search the same without a VPN beside it')
    .option('--peak <per second>', 'planned peak of the load that is raised: the report tells the headroom', positive)
    .option('--seed <n>', 'seed of order, arrivals and data (default: 1)')
    .option('-w, --warmup <time>', 'length of the warm-up of each trial')
    .option('--drain <time>', 'longest wait for stragglers')
  return addKeepingOptions(addSettingOptions(searched)).option(
    '--export-html <file>',
    'write the report as one HTML file',
  )
}

/** `0.5%` or `0.005`, 0 to below 1. */
function ratio(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text)
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('write a ratio such as 0.5% or 0.005, below 100%.')
  return value
}

/**
 * Least length of a trial, as a multiple of the SLO's limit. All messages of a load of r times the capacity can be answered within the limit only as long as the queue, (r - 1)
 * times the time since it began, is within it: within four times the limit every load of more than 1.25 times the capacity has late answers.
 */
const TRIAL_OF_LIMIT = 4

/** What is to be searched for. @throws UsageError with every complaint at once */
export function aimOf({ scenario, cases }: LoadedScenario, flags: CapacityFlags): CapacityAim {
  const load = loadOf(scenario, flags)
  const own = ownOf(scenario, load, flags.over)
  const firstLoad = flags.from ?? own
  const bounds = {
    leastLoad: flags.least ?? (flags.over === 'rate' ? firstLoad / 100 : 1),
    firstLoad,
    mostLoad: flags.most ?? { rate: 1000 * firstLoad, feeds: Math.max(10_000, firstLoad), tunnels: 1_000 }[flags.over],
  }
  const aim: CapacityAim = {
    over: flags.over,
    load: load.name,
    own,
    ...bounds,
    lossRatio: flags.loss,
    trialSeconds: flags.trial / 1000,
    sumSeconds: (flags.sum ?? flags.trial) / 1000,
    exceedRatio: flags.exceed,
    widthRatio: flags.width,
    clones: flags.clones,
  }
  const problems = [
    ...cases.flatMap(each => loadProblems(each.scenario, aim)),
    ...aimProblems(aim, cases),
    ...peakProblems(aim, scenario, flags.peak),
  ]
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join('\n'))
  return aim
}

function loadOf({ load: loads }: Scenario, { load: name }: CapacityFlags): Load {
  const names = loads.map(load => load.name).join(', ')
  if (name === undefined && loads.length > 1)
    throw new UsageError(`capacity: the scenario has several loads (${names}); say with --load which one is raised`)
  const found = name === undefined ? loads[0] : loads.find(load => load.name === name)
  if (found === undefined) throw new UsageError(`--load ${name}: no load has that name; name one of ${names}`)
  return found
}

function ownOf({ environment }: Scenario, load: Load, over: Searched): number {
  if (over === 'feeds') return load.connections
  if (over === 'rate') return totalRate(load)
  return environment.kind === 'netns' ? environment.hospitals : 1
}

function loadProblems(scenario: Scenario, { over, load: name, trialSeconds }: CapacityAim): string[] {
  const { workload } = scenario.load.find(load => load.name === name)!
  const limit = responseLimit(scenario.slo, name)
  const leastMs = TRIAL_OF_LIMIT * (limit?.limit ?? 0)
  const { environment } = scenario
  return [
    ...(isOfOneRate(workload)
      ? []
      : [
          `load ${name}: a search needs an open workload of one rate; give it workload: { kind: 'open', ratePerSecond: .. }`,
        ]),
    ...(limit === undefined
      ? [
          `load ${name}: a search needs to know what is too late; give the scenario an SLO such as '${name}.response.p99': '< 250 ms'`,
        ]
      : []),
    ...(1000 * trialSeconds >= leastMs
      ? []
      : [
          `--trial ${formatMs(1000 * trialSeconds)}: so short beside '${name}.response.p99': '${limit!.text}' a load that only queues looks kept up with; give ${TRIAL_OF_LIMIT} times the limit or more, --trial ${leastMs % 1000 === 0 ? `${leastMs / 1000}s` : `${Math.ceil(leastMs)}ms`}, or the SLO a lower limit`,
        ]),
    ...(scenario.drills === undefined || scenario.drills.length === 0
      ? []
      : [
          'drills: a search does not perform them, its trials are of other lengths and tunnels than they are made for; leave them out, or measure them with hl7bench run',
        ]),
    ...(over === 'tunnels' && !(environment.kind === 'netns' && environment.topology !== 'site-to-site')
      ? [
          "--over tunnels: the scenario has no hospitals to add; give it environment: { kind: 'netns', topology: 'hub' }",
        ]
      : []),
  ]
}

/** The peak as a load, set against the largest that is tried. */
function peakProblems(aim: CapacityAim, { load: loads }: Scenario, peakPerSecond: number | undefined): string[] {
  const { over, own, mostLoad } = aim
  if (peakPerSecond === undefined) return []
  const raised = loads.find(({ name }) => name === aim.load)!
  const perUnit = over === 'rate' ? 1 : totalRate(raised) / own
  if (perUnit === 0 || mostLoad === 0 || mostLoad * perUnit >= peakPerSecond) return []
  const most = over === 'rate' ? '' : ` ${over}, ${mostLoad * perUnit} msg/s,`
  const enough = over === 'rate' ? peakPerSecond : Math.ceil(peakPerSecond / perUnit)
  return [
    `--most ${mostLoad}${most} < --peak ${peakPerSecond}: the search would end below the peak and never show it; give --most ${enough} or more`,
  ]
}

function aimProblems(aim: CapacityAim, cases: LoadedScenario['cases']): string[] {
  const { leastLoad, firstLoad, mostLoad, over, widthRatio, trialSeconds, clones } = aim
  const isWhole = over === 'rate' || [leastLoad, firstLoad, mostLoad].every(Number.isInteger)
  return [
    // 0: of a workload without a rate, which is a complaint of its own.
    ...(firstLoad === 0 || (leastLoad > 0 && leastLoad <= firstLoad && firstLoad <= mostLoad)
      ? []
      : [`--least ${leastLoad}, --from ${firstLoad}, --most ${mostLoad}: give loads above 0 in that order`]),
    ...(isWhole ? [] : [`--least, --from, --most: there are only whole ${over}; give whole numbers`]),
    ...(over === 'tunnels' && mostLoad > 1_000 ? ['--most: a hub has at most 1,000 hospitals; lower it'] : []),
    ...(widthRatio > 0 ? [] : ['--width: bounds never meet; give a ratio above 0']),
    ...(trialSeconds > 0 ? [] : ['--trial: a trial takes time; give a time above 0']),
    ...(clones > 0 ? [] : ['--clones: give at least 1']),
    ...(cases.some(({ levels }) => raisedPath(aim) in levels)
      ? [`vary: ${raisedPath(aim)} is what the search raises; take it out of vary, or search over something else`]
      : []),
  ]
}
