import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import { decode, meanMs } from '../../stats/histogram.ts'
import { quantile } from '../../stats/quantile.ts'
import type { CalibratedShare } from '../calibration/share.ts'
import { formatMs } from '../format.ts'
import { fullLinkOf, linkLoadNote } from '../linkLoads.ts'
import { usageOf } from '../network.ts'
import { resultsAt } from './atAnswer.ts'
import type { Measured } from './measured.ts'
import type { Bottleneck } from './report.ts'

/** Share of a core, or of the time of all connections, from which one is called used up. */
const USED_UP = 0.8

/** Share of the generator's own ceiling from which a capacity is the generator's. */
const AT_CEILING = 0.9

/** What held the load up, by what was measured at the load that was not kept up with, or else at the largest one that was. */
export function bottleneckOf(
  testCase: Case,
  aim: CapacityAim,
  searches: readonly CapacitySearch[],
  calibrated: CalibratedShare | undefined,
): Bottleneck {
  const bound = searches.filter(({ ended }) => ended === 'generator-bound')
  if (bound.length > 0 && 2 * bound.length >= searches.length)
    return { what: 'generator', evidence: generatorEvidence(bound) }
  if (calibrated !== undefined && calibrated.share >= AT_CEILING)
    return {
      what: 'generator',
      evidence: `${percent(calibrated.share)} of what this machine's generator did when calibrated: generator-bound, no result of what it loads`,
    }
  const beyond = resultsAt(searches, 'upper')
  const results = beyond.length > 0 ? beyond : resultsAt(searches, 'lower')
  const gateway = usageOf(results).toSorted((a, b) => b.cpuShare - a.cpuShare)[0]
  if (gateway !== undefined && gateway.cpuShare >= USED_UP)
    return {
      what: 'gateway',
      evidence: `${gateway.daemon} of ${gateway.host} used ${percent(gateway.cpuShare)} of a core`,
    }
  const link = fullLinkOf(results)
  if (link !== null) return { what: 'link', evidence: linkLoadNote(link) }
  const waiting = waitingOf(testCase, aim, results)
  if (waiting === null || waiting.share < USED_UP) {
    const most = gateway === undefined ? '' : `; the busiest gateway used ${percent(gateway.cpuShare)} of a core`
    const share = waiting === null ? '' : `connections waited for replies ${percent(waiting.share)} of the time`
    return { what: 'not told', evidence: `${share}${most}` }
  }
  const whose = gateway === undefined ? "the target's own time" : 'the time of the target and of the way to it'
  return {
    what: 'target',
    evidence: `connections waited for replies ${percent(waiting.share)} of the time, ${formatMs(waiting.serviceMs)} for each: ${whose}`,
  }
}

function generatorEvidence(searches: readonly CapacitySearch[]): string {
  const bound = searches.flatMap(({ trials }) => trials.filter(({ isGeneratorBound }) => isGeneratorBound))
  const result = bound.toSorted((a, b) => a.load - b.load)[0]?.result
  if (result === undefined || result.state === 'failed') return ''
  return result.state === 'invalid'
    ? result.reasons.join('; ')
    : 'its lag was too large a part of a figure to judge that by its SLO'
}

/** By Little's law: replies a second x time of each / places for a message in flight. Medians over the results. */
function waitingOf({ scenario }: Case, aim: CapacityAim, results: readonly Measured[]) {
  const window = scenario.load.find(({ name }) => name === aim.load)!.window
  const readings = results.flatMap(({ loads }) => {
    const own = loads.find(({ load }) => load === aim.load)!
    const serviceMs = meanMs(decode(own.histograms.service))
    const places = window * own.generators.reduce((sum, { connectionsWanted }) => sum + connectionsWanted, 0)
    if (serviceMs === null || places === 0) return []
    return [{ serviceMs, share: (own.throughputPerSecond * serviceMs) / 1000 / places }]
  })
  if (readings.length === 0) return null
  const median = (of: 'share' | 'serviceMs') =>
    quantile(
      readings.map(each => each[of]),
      0.5,
    )
  return { share: median('share'), serviceMs: median('serviceMs') }
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
