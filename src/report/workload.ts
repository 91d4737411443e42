import type { ClosedWorkload, FhirLoad, Load, MllpLoad, OpenWorkload, Phases, RateStage } from '../model/scenario.ts'
import type { LoadReport, Metric } from './experiment.ts'
import { formatCount, formatMs, formatNumber } from './format.ts'

/** Workload model of a load in words; always says whether the loop is open or closed. */
export function describeWorkload(load: Load): string {
  return [
    ...describeModel(load),
    ...(load.from === 'application' ? ['from the application to the hospitals'] : []),
    `window ${load.window}`,
    ...describeWire(load),
    ...describeGenerators(load),
  ].join(', ')
}

export function describePhases(phases: Phases): string {
  return `warm-up ${formatMs(phases.warmupMs)}, measure ${formatMs(phases.measureMs)}, drain up to ${formatMs(phases.drainMs)}`
}

/** Name of a load, with its protocol where the name does not say it. */
export function loadTitle({ name, protocol }: Pick<Load, 'name' | 'protocol'>): string {
  return name === protocol ? name : `${name} (${protocol})`
}

/** What was asked of a load, and what it takes for granted; every report prints these lines. */
export function loadLines(load: Pick<LoadReport, 'name' | 'protocol' | 'workload' | 'assumed'>): readonly string[] {
  const title = loadTitle(load)
  return [`${title}: ${load.workload}`, ...load.assumed.map(text => `${title}: assumed, not measured: ${text}`)]
}

/** What the latencies of a load count from: `open loop, response from the intended time`. */
export function modelText({ model }: Pick<LoadReport, 'model'>): string {
  return model === 'open' ? 'open loop, response from the intended time' : 'closed loop, response from the send'
}

/** The same of the load that a metric is of, in brackets; nothing for a metric that is no time. */
export function modelRemark({ path, unit }: Pick<Metric, 'path' | 'unit'>, loads: readonly LoadReport[]): string {
  const load = loads.find(({ name }) => path.startsWith(`${name}.`))
  return unit === 'ms' && load !== undefined ? ` (${modelText(load)})` : ''
}

/** What one arrival is called. */
export function nounOf(load: Pick<Load, 'protocol'>): string {
  return load.protocol === 'mllp' ? 'msg' : 'requests'
}

function describeModel(load: Load): readonly string[] {
  const { workload } = load
  const over = `${formatCount(load.connections)} connection${load.connections === 1 ? '' : 's'}`
  const work = workload.records === null ? [] : [`fixed work of ${formatCount(workload.records)} ${nounOf(load)}`]
  if (workload.kind === 'closed') return ['closed loop', over, ...describeThinking(workload), ...work]
  const arrivals = workload.arrivals === 'poisson' ? 'Poisson arrivals' : 'constant arrivals'
  return ['open loop', arrivals, ...describeRates(workload, nounOf(load), over), ...work]
}

function describeThinking({ thinkMs, think }: ClosedWorkload): readonly string[] {
  if (thinkMs === 0) return []
  return [`think time ${formatMs(thinkMs)}${think === 'exponential' ? ' on average (exponential)' : ''}`]
}

/** The rate and how it changes: `10 msg/s to 200/s in 30 s, 200/s for 60 s over 8 connections`. */
function describeRates(workload: OpenWorkload, noun: string, over: string): readonly string[] {
  const { ratePerSecond, stages, repeat = 1, burst, curve, perFeed, backlogPerFeed } = workload
  const base = `${formatNumber(ratePerSecond)} ${noun}/s`
  const shape = [
    ...(stages
      ? [`stages from ${base}: ${stages.map(stageText).join(', ')}${repeat > 1 ? `, ${repeat} times` : ''}`]
      : []),
    ...(burst
      ? [
          `bursts of ${formatNumber(burst.factor)} times that for ${formatMs(burst.durationMs)} every ${formatMs(burst.everyMs)}`,
        ]
      : []),
    ...(curve ? [`a curve of ${curve.length} parts from ${least(curve)} to ${most(curve)} times that`] : []),
  ]
  const rate = stages ? [] : [base]
  const feeds = perFeed ? `each of ${over} on a schedule of its own` : `over ${over}`
  if (backlogPerFeed === undefined) return [`${[...rate, ...shape].join(', ')} ${feeds}`]
  const backlog = `backlog of ${formatCount(backlogPerFeed)} ${noun} on each of ${over}`
  return ratePerSecond === 0 && !stages ? [backlog] : [backlog, `then ${[...rate, ...shape].join(', ')} ${feeds}`]
}

function stageText({ durationMs, ratePerSecond }: RateStage): string {
  const rate = `${formatNumber(ratePerSecond)}/s`
  return durationMs === 0 ? `at once to ${rate}` : `to ${rate} in ${formatMs(durationMs)}`
}

const least = (values: readonly number[]) => formatNumber(values.reduce((a, b) => Math.min(a, b)))
const most = (values: readonly number[]) => formatNumber(values.reduce((a, b) => Math.max(a, b)))

function describeWire(load: Load): readonly string[] {
  return [
    ...describeTls(load),
    ...describeAuth(load),
    ...(load.protocol === 'mllp' ? describeTransport(load) : describeReplies(load)),
  ]
}

function describeTls({ tls }: Load): readonly string[] {
  if (tls === null) return []
  const isMutual = tls.mutual || tls.cert !== null
  return [`${isMutual ? 'mutual ' : ''}TLS ${tls.minVersion === 'TLSv1.3' ? '1.3' : '1.2 or 1.3'}`]
}

function describeAuth(load: Load): readonly string[] {
  return load.protocol === 'fhir' && load.auth ? [`access tokens (${load.auth.algorithm})`] : []
}

function describeTransport(load: MllpLoad): readonly string[] {
  return [
    ...(load.transport === 'http' ? ['HL7 over HTTP'] : []),
    ...(load.transport === 'hllp' ? [`HLLP (checksum ${load.checksum})`] : []),
    ...(load.acknowledgement === 'enhanced' ? ['enhanced acknowledgement'] : []),
  ]
}

function describeReplies({ format, operations }: FhirLoad): readonly string[] {
  const pages = operations.reduce((most, each) => Math.max(most, each.kind === 'search' ? (each.pageLimit ?? 1) : 1), 1)
  return [
    ...(format === 'xml' ? ['replies in XML'] : []),
    ...(pages > 1 ? [`up to ${formatCount(pages)} pages a search`] : []),
  ]
}

function describeGenerators(load: Load): readonly string[] {
  const engine = load.protocol === 'fhir' && load.engine === 'autocannon' ? ['sent by autocannon'] : []
  return load.generators === 1 ? engine : [`${load.generators} generators`, ...engine]
}
