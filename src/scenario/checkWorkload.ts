import type { OpenWorkload, Phases } from '../model/scenario.ts'
import { stagesMs } from '../workload/rateProfile.ts'
import { expectedArrivals } from '../workload/schedule.ts'
import { checkPieces } from './checkPieces.ts'
import type { Finding, Place } from './finding.ts'
import type { ParsedLoad } from './loadSchema.ts'
import type { Path } from './path.ts'
import { readProfile } from './profile.ts'
import { connectionsOf } from './resolveLoad.ts'
import { curveOf, resolveWorkload } from './resolveWorkload.ts'
import type { ParsedOpenWorkload } from './workloadSchema.ts'

/** What an open workload says that cannot go together, whatever the phases. */
export function checkWorkload(load: ParsedLoad, path: Path, place: Place): readonly Finding[] {
  const { workload } = load
  if (workload.kind !== 'open') return []
  return [
    ...checkRate(workload, path),
    ...checkShape(workload, path),
    ...checkCurve(workload, [...path, 'curve'], place),
    ...checkFeeds(load, workload, path),
  ]
}

function checkRate({ ratePerSecond, stages, backlogPerFeed }: ParsedOpenWorkload, path: Path): readonly Finding[] {
  if (stages !== undefined || backlogPerFeed !== undefined || (ratePerSecond ?? 0) > 0) return []
  const expected = ratePerSecond === undefined ? 'a number' : 'a number of more than 0'
  return [{ path: [...path, 'ratePerSecond'], expected, found: ratePerSecond, hint: null }]
}

function checkShape(workload: ParsedOpenWorkload, path: Path): readonly Finding[] {
  const findings: Finding[] = []
  const shapes = (['stages', 'burst', 'curve'] as const).filter(key => workload[key] !== undefined)
  for (const extra of shapes.slice(1)) {
    const hint = `remove ${extra}, or put it into another load`
    findings.push({ path: [...path, extra], expected: `nothing beside ${shapes[0]}`, found: workload[extra], hint })
  }
  const { repeat, stages, burst, ratePerSecond = 0 } = workload
  if (repeat !== undefined && stages === undefined)
    findings.push({ path: [...path, 'repeat'], expected: 'stages to repeat', found: repeat, hint: null })
  if (stages !== undefined && stagesMs(workload) === 0)
    findings.push({ path: [...path, 'stages'], expected: 'a stage that takes time', found: stages, hint: null })
  if (burst !== undefined && burst.durationMs >= burst.everyMs)
    findings.push({
      path: [...path, 'burst', 'durationMs'],
      expected: `less than the period of ${burst.everyMs} ms`,
      found: burst.durationMs,
      hint: null,
    })
  if (burst !== undefined && ratePerSecond * burst.factor > 1_000_000)
    findings.push({
      path: [...path, 'burst', 'factor'],
      expected: 'at most 1,000,000 arrivals a second in a burst',
      found: burst.factor,
      hint: null,
    })
  return findings
}

function checkCurve(workload: ParsedOpenWorkload, path: Path, place: Place): readonly Finding[] {
  if (typeof workload.curve !== 'string') return []
  const answer = readProfile(workload.curve, place.resolve)
  if ('faults' in answer) return answer.faults.map(fault => ({ path, ...fault }))
  if (curveOf(workload, place) !== undefined) return []
  return [{ path, expected: 'a profile with an hourly curve', found: workload.curve, hint: 'or a list of multiples' }]
}

function checkFeeds(load: ParsedLoad, workload: ParsedOpenWorkload, path: Path): readonly Finding[] {
  const findings: Finding[] = []
  const { perFeed, backlogPerFeed, records, maxOutstanding } = workload
  const connections = connectionsOf(load)
  for (const key of ['perFeed', 'backlogPerFeed'] as const)
    if (load.protocol === 'fhir' && workload[key] !== undefined)
      findings.push({
        path: [...path, key],
        expected: 'an mllp load: requests of FHIR belong to no connection',
        found: workload[key],
        hint: `remove ${key}`,
      })
  const rate = Math.max(workload.ratePerSecond ?? 0, ...(workload.stages ?? []).map(stage => stage.ratePerSecond))
  if (perFeed && rate * connections > 1_000_000)
    findings.push({
      path: [...path, 'perFeed'],
      expected: `at most 1,000,000 arrivals a second over all ${connections} feeds`,
      found: rate * connections,
      hint: 'the rate is of each feed',
    })
  if (backlogPerFeed === undefined) return findings
  const backlog = backlogPerFeed * connections
  if (records !== null)
    findings.push({
      path: [...path, 'records'],
      expected: 'null with a backlog',
      found: records,
      hint: 'a backlog with no rate after it is fixed work by itself',
    })
  if (backlog > 10_000_000 || (maxOutstanding !== undefined && maxOutstanding < backlog))
    findings.push({
      path: [...path, 'backlogPerFeed'],
      expected: `at most ${Math.min(10_000_000, maxOutstanding ?? 10_000_000)} messages that wait over all ${connections} feeds`,
      found: backlogPerFeed,
      hint: maxOutstanding === undefined ? 'lower it' : 'raise maxOutstanding, or leave it out',
    })
  if (connections % load.generators !== 0)
    findings.push({
      path: [...path, 'backlogPerFeed'],
      expected: `as many feeds for each of the ${load.generators} generators`,
      found: connections,
      hint: 'change feeds or generators',
    })
  return findings
}

/** So many standard deviations below its mean a Poisson count is in 1 of 30,000 runs (normal approximation). */
const POISSON_DEVIATIONS = 4

/** The mean of a Poisson count that lies so far above `records`: the root of mean - k * sqrt(mean) = records. */
function poissonMean(records: number): number {
  const half = POISSON_DEVIATIONS / 2
  return (half + Math.sqrt(half * half + records)) ** 2
}

/** A schedule has to bring at least one arrival, all of its records and all of its stages within the measured phase. */
export function checkSchedule(
  load: ParsedLoad,
  path: Path,
  phases: Pick<Phases, 'warmupMs' | 'measureMs'>,
): readonly Finding[] {
  const { workload } = load
  if (workload.kind !== 'open') return []
  const { measureMs } = phases
  const lengthMs = stagesMs(workload)
  if (lengthMs > measureMs)
    return [
      {
        path: [...path, 'stages'],
        expected: `stages that fit into the measured phase of ${measureMs} ms`,
        found: lengthMs,
        hint: 'leave out phases.measureMs: it is then as long as the stages',
      },
    ]
  if (workload.burst !== undefined && workload.burst.everyMs > measureMs)
    return [
      {
        path: [...path, 'burst', 'everyMs'],
        expected: `a burst within the measured phase of ${measureMs} ms`,
        found: workload.burst.everyMs,
        hint: 'raise phases.measureMs',
      },
    ]
  const tooMany = checkPieces(workload, path, measureMs)
  return tooMany.length > 0 ? tooMany : checkArrivals(load, workload, path, phases)
}

function checkArrivals(
  load: ParsedLoad,
  workload: ParsedOpenWorkload,
  path: Path,
  phases: Pick<Phases, 'warmupMs' | 'measureMs'>,
): readonly Finding[] {
  const { measureMs } = phases
  const connections = connectionsOf(load)
  // Which multiples a profile has is checked elsewhere, and their mean is 1.
  const curve = typeof workload.curve === 'string' ? undefined : workload.curve
  const open = resolveWorkload(workload, connections, curve) as OpenWorkload
  const arrivals = expectedArrivals(open, phases, connections)
  // Without a rate there is a complaint already.
  if (open.ratePerSecond === 0 && open.stages === undefined && open.backlogPerFeed === undefined) return []
  if (arrivals < 1)
    return [
      {
        path: [...path, workload.stages === undefined ? 'ratePerSecond' : 'stages'],
        expected: `at least one arrival in the measured phase of ${measureMs} ms`,
        found: workload.stages ?? workload.ratePerSecond,
        hint: 'raise the rate or phases.measureMs',
      },
    ]
  const isRandom = open.arrivals === 'poisson'
  const certain = isRandom ? arrivals - POISSON_DEVIATIONS * Math.sqrt(arrivals) : arrivals
  if (workload.records === null || workload.records <= certain) return []
  const needed = isRandom ? poissonMean(workload.records) : workload.records
  const neededMs = Math.ceil((needed / arrivals) * measureMs)
  const what = isRandom ? `surely arrives, of ${Math.round(arrivals)} in the mean,` : 'arrives'
  return [
    {
      path: [...path, 'records'],
      expected: `at most ${Math.max(0, Math.floor(certain))}: what ${what} within phases.measureMs (${measureMs} ms)`,
      found: workload.records,
      hint: `set phases.measureMs to at least ${neededMs}`,
    },
  ]
}
