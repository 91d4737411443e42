import type { CapacityTrial } from '../../model/capacity.ts'
import type { Figure } from '../experiment.ts'
import { type Measured, messagesPerSecond } from './measured.ts'
import type { SearchReport } from './report.ts'

/** @param load name of the load that is raised */
export function trialReport(
  { load: value, seconds, lossRatio, isSustained, missed, isKept, result }: CapacityTrial,
  load: string,
): SearchReport['trials'][number] {
  const measured = result.state === 'failed' ? null : result
  return {
    ...{ runId: result.run.id, load: value, seconds, lossRatio, isSustained, missed, isKept, state: result.state },
    messagesPerSecond: measured && messagesPerSecond(measured),
    responseP99: measured && responseP99(measured, load),
    reasons: result.state === 'invalid' ? result.reasons : result.state === 'failed' ? [result.error] : [],
  }
}

/** Of one load of a trial; null where it is not known. */
export function responseP99({ loads }: Measured, name: string): Figure | null {
  const own = loads.find(({ load }) => load === name)
  if (own === undefined) return null
  const { ms, aboveMs } = own.quantiles.response.p99
  return ms === null && aboveMs === null ? null : { value: ms, above: aboveMs }
}
