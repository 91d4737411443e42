import { DRILL_STEPS, type DrillResult, type DrillStep, type DrillSteps } from '../model/drill.ts'
import type { GatewayUsage, LinkLoad, NetworkFacts } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import { quantile } from '../stats/quantile.ts'
import { type FeltReport, feltReport, tellFelt } from './felt.ts'
import { formatCount, formatMs, plural } from './format.ts'
import { linkLoadNote, linkLoadsOf } from './linkLoads.ts'

/** What the clones of a case were, how this machine made them, and what they proved. */
export interface NetworkReport {
  readonly topology: string
  readonly hospitals: number
  readonly tunnels: number
  readonly mechanisms: Readonly<Record<string, string>>
  /** Median over the clones, ms. */
  readonly provisionMs: number | null
  /** Median over the clones, ms; null = no IPsec. */
  readonly tunnelsUpMs: number | null
  /** Points proven, with what was seen in the first clone. */
  readonly checks: readonly CheckReport[]
  /** Medians over the valid runs. */
  readonly gateways: readonly GatewayUsage[]
  /** Links of a limited rate, the fullest first, medians over the valid runs; absent = there are none. */
  readonly limited?: readonly LinkLoad[]
  /** Keys renewed while valid runs were loaded; absent = no run told of it. */
  readonly rekeys?: RekeyReport
  /** In the order of the scenario; absent = there were none. */
  readonly drills?: readonly DrillReport[]
}

/** One drill over the valid runs; medians of those that came to a step. */
export interface DrillReport {
  readonly do: string
  /** Of the application, to which its message went. */
  readonly port: number
  /** What came of a connection to it before the first of the runs. */
  readonly closedBefore: string
  readonly runs: number
  /** Runs in which it did not come to its end, with the first reason. */
  readonly failed: number
  readonly error: string | null
  readonly steps: DrillSteps
  readonly felt: readonly {
    readonly load: string
    /** Median over the runs. */
    readonly windowMs: number
    readonly during: FeltReport
    readonly before: FeltReport
  }[]
}

export interface RekeyReport {
  readonly seen: number
  /** Valid runs that told of them. */
  readonly runs: number
  /** Medians over those runs in which exchanges were timed one by one, and some were close to a renewal; by load. */
  readonly around: readonly RekeysFelt[]
}

export interface RekeysFelt {
  readonly load: string
  readonly windowMs: number
  /** With exchanges close to a renewal. */
  readonly runs: number
  readonly within: FeltReport
  readonly rest: FeltReport
}

export interface CheckReport {
  readonly name: string
  /** Clones in which it was tried; all of them passed, or nothing was loaded. */
  readonly clones: number
  readonly evidence: string
}

/** Undefined where the clones have no networks of their own. */
export function networkReport(results: readonly RunResult[]): NetworkReport | undefined {
  const clones = clonesOf(results)
  const first = clones[0]
  if (first === undefined) return undefined
  const { topology, hospitals, tunnels, mechanisms } = first.network
  return {
    ...{ topology, hospitals, tunnels, mechanisms },
    provisionMs: median(clones.flatMap(({ provisionMs }) => provisionMs ?? [])),
    tunnelsUpMs: median(clones.flatMap(({ network }) => network.tunnelsUpMs ?? [])),
    checks: checksOf(clones.map(({ network }) => network)),
    gateways: usageOf(results.filter(({ state }) => state === 'valid')),
    ...limitedOf(results.filter(({ state }) => state === 'valid')),
    ...rekeysOf(results),
    ...drillsOf(results),
  }
}

function limitedOf(results: readonly RunResult[]): { limited?: readonly LinkLoad[] } {
  const limited = linkLoadsOf(results)
  return limited.length === 0 ? {} : { limited }
}

interface CloneFacts {
  readonly network: NetworkFacts
  readonly provisionMs: number | null
}

/** Runs that share a clone share its facts. */
function clonesOf(results: readonly RunResult[]): readonly CloneFacts[] {
  const clones = new Map<string, CloneFacts>()
  for (const { cloneId, network, timings } of results)
    if (cloneId !== null && network !== undefined && !clones.has(cloneId))
      clones.set(cloneId, { network, provisionMs: timings.provisionMs })
  return [...clones.values()]
}

function checksOf(networks: readonly NetworkFacts[]): CheckReport[] {
  const found = new Map<string, CheckReport>()
  for (const { checks } of networks)
    for (const { name, evidence } of checks) {
      const former = found.get(name)
      found.set(name, { name, clones: (former?.clones ?? 0) + 1, evidence: former?.evidence ?? evidence })
    }
  return [...found.values()]
}

/** Medians over the runs that did not fail, daemon by daemon. */
export function usageOf(results: readonly RunResult[]): GatewayUsage[] {
  const all = results.flatMap(result => (result.state === 'failed' ? [] : (result.gateways ?? [])))
  const keys = [...new Set(all.map(({ host, daemon }) => `${host}\n${daemon}`))]
  return keys.map(key => {
    const [host, daemon] = key.split('\n') as [string, string]
    const own = all.filter(each => each.host === host && each.daemon === daemon)
    return {
      host,
      daemon,
      cpuShare: median(own.map(({ cpuShare }) => cpuShare))!,
      residentBytes: median(own.map(({ residentBytes }) => residentBytes))!,
    }
  })
}

function rekeysOf(results: readonly RunResult[]): { rekeys?: RekeyReport } {
  const telling = results.flatMap(result => (result.state === 'valid' && result.tunnelEvents ? [result] : []))
  if (telling.length === 0) return {}
  const all = telling.flatMap(({ around = [] }) => around)
  const around = [...Map.groupBy(all, ({ load }) => load)].flatMap(([load, felt]): RekeysFelt[] => {
    const near = felt.filter(({ within }) => within.exchanges > 0)
    if (near.length === 0) return []
    return [
      {
        ...{ load, windowMs: near[0]!.windowMs, runs: near.length },
        within: feltReport(near.map(({ within }) => within)),
        rest: feltReport(felt.map(({ rest }) => rest)),
      },
    ]
  })
  const seen = telling.reduce((sum, { tunnelEvents = [] }) => sum + tunnelEvents.length, 0)
  return { rekeys: { seen, runs: telling.length, around } }
}

function drillsOf(results: readonly RunResult[]): { drills?: readonly DrillReport[] } {
  const runs = results.flatMap(result => (result.state === 'valid' && result.drills ? [result.drills] : []))
  if (runs.length === 0) return {}
  const drills = runs[0]!.map((_, which): DrillReport => {
    const own = runs.map(each => each[which]!)
    const failed = own.filter(({ error }) => error !== null)
    const known = DRILL_STEPS.filter(step => own[0]!.steps[step] !== undefined)
    const steps = known.map(step => [step, median(own.flatMap(each => each.steps[step] ?? []))] as const)
    return {
      ...{ do: own[0]!.do, port: own[0]!.port, closedBefore: own[0]!.closedBefore },
      ...{ runs: own.length, failed: failed.length, error: failed[0]?.error ?? null },
      steps: Object.fromEntries(steps),
      felt: feltOf(own),
    }
  })
  return { drills }
}

function feltOf(drills: readonly DrillResult[]): DrillReport['felt'] {
  const all = [
    ...Map.groupBy(
      drills.flatMap(({ felt }) => felt),
      ({ load }) => load,
    ),
  ]
  return all.map(([load, felt]) => ({
    ...{ load, windowMs: median(felt.map(({ windowMs }) => windowMs))! },
    during: feltReport(felt.map(({ during }) => during)),
    before: feltReport(felt.map(({ before }) => before)),
  }))
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5))

/** Mechanisms whose speed is that of the method, not of any product. */
const METHOD: Readonly<Record<string, string>> = {
  libipsec: "charon's own ESP in user space: figures of a method, not of a product",
  'wireguard-go': 'WireGuard in user space: figures of a method, not of a product',
  relay: 'delay and loss by a relay in user space',
}
const MOST_GATEWAYS = 4

/**
 * The same in sentences.
 * @param isAlike false = the clones differ in their number of hospitals and tunnels, and so in how long they took
 */
export function networkNotes({ network }: { readonly network?: NetworkReport }, isAlike = true): readonly string[] {
  if (network === undefined) return []
  const {
    topology,
    hospitals,
    tunnels,
    mechanisms,
    provisionMs,
    tunnelsUpMs,
    checks,
    gateways,
    limited = [],
    rekeys,
    drills = [],
  } = network
  const made = Object.values(mechanisms).flatMap(name => METHOD[name] ?? [])
  const up = tunnelsUpMs === null ? '' : `, tunnels up in ${tunnelsUpMs.toFixed(0)} ms`
  const ready = provisionMs === null ? '' : `; a clone stood in ${(provisionMs / 1000).toFixed(2)} s${up} (medians)`
  return [
    isAlike ? `${topology}: ${plural(hospitals, 'hospital')}, ${plural(tunnels, 'tunnel')}${ready}` : topology,
    ...made,
    checks.length === 0
      ? 'not proven: the checks of the environment were left out'
      : `proven in ${plural(Math.max(...checks.map(({ clones }) => clones)), 'clone')}: ${checks.map(({ name }) => name).join(', ')}`,
    ...gateways
      .slice(0, MOST_GATEWAYS)
      .map(
        ({ host, daemon, cpuShare, residentBytes }) =>
          `${daemon} of ${host}: ${(100 * cpuShare).toFixed(0)} % of a core, ${formatCount(Math.round(residentBytes / 1e6))} MB (medians)`,
      ),
    ...(gateways.length > MOST_GATEWAYS ? [`and ${gateways.length - MOST_GATEWAYS} other daemons`] : []),
    ...limited.slice(0, 1).map(linkLoadNote),
    ...(rekeys === undefined ? [] : rekeyNotes(rekeys)),
    ...drills.flatMap(drillNotes),
  ]
}

const STEP_NAMES: Readonly<Record<DrillStep, string>> = {
  configurationLoaded: 'configuration loaded',
  firewallOpened: 'port opened',
  tunnelUp: 'tunnel up',
  connected: 'connected',
  firstAck: 'first acknowledgement',
}

function drillNotes({
  do: what,
  port,
  closedBefore,
  runs,
  failed,
  error,
  steps,
  felt,
}: DrillReport): readonly string[] {
  const times = DRILL_STEPS.flatMap(step => {
    const atMs = steps[step] ?? null
    return atMs === null ? [] : [`${STEP_NAMES[step]} after ${formatMs(atMs)}`]
  })
  return [
    `${what} under load: ${times.join(', ') || 'nothing came of it'} (${runs === 1 ? '1 run' : `medians over ${runs} runs`}); before, a connection to port ${port} came to nothing: ${closedBefore}`,
    ...(failed === 0 ? [] : [`${what} did not come to its end in ${failed} of ${plural(runs, 'run')}: ${error}`]),
    ...felt.map(
      ({ load, windowMs, during, before }) =>
        `${load}: response p99 of the others ${tellFelt(during)} in the ${formatMs(windowMs)} from then, ${tellFelt(before)} before`,
    ),
  ]
}

function rekeyNotes({ seen, runs, around }: RekeyReport): readonly string[] {
  return [
    `keys renewed ${plural(seen, 'time')} in ${plural(runs, 'run')}`,
    ...around.map(
      ({ load, windowMs, runs: timed, within, rest }) =>
        `${load}: response p99 ${tellFelt(within)} meant to be sent within ${formatMs(windowMs)} of a renewal of their tunnel's keys, ${tellFelt(rest)} for the rest (${timed === 1 ? '1 run' : `medians over ${timed} runs`})`,
    ),
  ]
}
