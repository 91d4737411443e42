import type { CapacityAim, SloFindings } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import type { Slo } from '../../model/scenario.ts'
import { sumAudits } from '../auditSum.ts'
import type { SloVerdict } from '../experiment.ts'
import { judgeSlos } from '../slo.ts'
import type { Measured } from './measured.ts'

/** The SLOs of a scenario, by what a search does with them. */
export interface SearchSlos {
  /** They say when a message of a load is late: a part of the loss ratio, in which that of the load that is raised is held to. */
  readonly late: readonly Slo[]
  /** Every full trial must meet them. */
  readonly held: readonly Slo[]
  /** Of what the search itself raises. */
  readonly raised: readonly Slo[]
}

export function searchSlos(slos: readonly Slo[], { load }: Pick<CapacityAim, 'load'>): SearchSlos {
  const isLate = ({ metric, operator }: Slo) => metric.endsWith('.response.p99') && operator.startsWith('<')
  // Of a load that is a small part of all, nothing but late messages may be within the loss ratio.
  const isOwn = (slo: Slo) => isLate(slo) && slo.metric === `${load}.response.p99`
  const isRaised = ({ metric }: Slo) => metric === `${load}.throughput`
  return {
    late: slos.filter(isLate),
    held: slos.filter(slo => !isOwn(slo) && !isRaised(slo)),
    raised: slos.filter(isRaised),
  }
}

export function findingsOf(testCase: Case, aim: Pick<CapacityAim, 'load'>, result: Measured): SloFindings {
  const verdicts = verdictsOf(testCase, aim, result)
  return {
    missed: verdicts.filter(({ verdict }) => verdict === 'missed').map(({ slo }) => sloText(slo)),
    isUnclear: verdicts.some(isUnclear),
  }
}

/** SLOs that results have no figure for, with why. */
export function unmeasuredBy(testCase: Case, aim: CapacityAim, results: readonly Measured[]): readonly string[] {
  const without = results
    .flatMap(result => verdictsOf(testCase, aim, result))
    .filter(each => each.verdict === 'not measured' && !isUnclear(each))
  return [...new Set(without.map(({ slo, reason }) => `${sloText(slo)} (${reason})`))]
}

/** A trial that the generator limited is judged like any other: the search decides what it may show. */
function verdictsOf({ scenario }: Case, aim: Pick<CapacityAim, 'load'>, result: Measured): readonly SloVerdict[] {
  const judged = [{ ...result, state: 'valid' as const }]
  return judgeSlos(searchSlos(scenario.slo, aim).held, scenario.load, judged, sumAudits(judged))
}

const isUnclear = ({ verdict, uncertain }: SloVerdict): boolean => verdict === 'not measured' && uncertain

/** `mllp.response.p50 < 1 ms`. */
export const sloText = ({ metric, text }: Pick<Slo, 'metric' | 'text'>): string => `${metric} ${text}`
