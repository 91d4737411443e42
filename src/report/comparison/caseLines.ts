import type { SloVerdict } from '../experiment.ts'
import { alarmText, handshakeTexts, oddityTexts, reasonTexts } from '../findings.ts'
import { silenceTexts } from '../silence.ts'
import { auditEquation, exclusions, validityLine } from '../wording.ts'
import { loadLines } from '../workload.ts'
import type { CaseComparison } from './comparison.ts'

/** What was driven, and for how long. */
export function phasesAndLoads({ candidate }: CaseComparison): readonly string[] {
  return [...candidate.loads.flatMap(loadLines), candidate.phases]
}

/** An SLO needs no baseline: it is judged on the candidate, as a run of its own would be. */
export const slosOfCandidate = ({ candidate }: CaseComparison): readonly SloVerdict[] => candidate.slos

/** Validity of both arms, every excluded run, errors, audits. */
export function exclusionsOfArms({ baseline, candidate }: CaseComparison): readonly string[] {
  return (
    [
      ['baseline', baseline],
      ['candidate', candidate],
    ] as const
  ).flatMap(([name, report]) => [
    `${name}: ${validityLine(report.validity)}${report.audit === null ? '' : `; ${auditEquation(report.audit)}`}`,
    ...[
      ...report.alarms.map(alarmText),
      ...silenceTexts(report.loads),
      ...reasonTexts(report.reasons),
      ...oddityTexts(report),
      ...handshakeTexts(report.handshakes),
      ...exclusions(report.validity),
    ].map(text => `${name}: ${text}`),
  ])
}
