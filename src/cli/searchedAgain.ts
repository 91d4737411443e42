import { join } from 'node:path'
import { machineOf, readCalibration } from '../experiment/calibrate/store.ts'
import { capacityConductor } from '../experiment/capacity/perform.ts'
import type { RunResult } from '../model/result.ts'
import type { CapacityReport } from '../report/capacity/report.ts'
import { findingsOf } from '../report/capacity/slos.ts'
import type { CapacityFlags } from './capacityOptions.ts'
import type { Opening } from './experimentFolder.ts'
import { readInvocation, repeatOf } from './invocation.ts'
import { judgeCapacity } from './judge.ts'

/** The report of a search from its trials on record. */
export function searchedAgain(
  { plan, provenance, environmentId, resultsFile, at }: Opening,
  finished: readonly RunResult[],
  folder: string,
  isCutShort: boolean,
): CapacityReport {
  // Digests are in the rows: no report of a search shows those of single trials.
  const digestOf = () => ''
  const { aim } = plan.search!
  const { searches, missingMs } = capacityConductor({ plan, aim, digestOf, findingsOf, finished, tried() {} })
  const left = missingMs()
  const resume = `npx hl7bench resume ${folder}`
  return judgeCapacity(
    {
      ...{ plan, searches, provenance, environmentId, startedAt: at, interrupted: isCutShort, leaks: [] },
      wholeMs: finished.reduce((sum, { timings }) => sum + timings.wholeMs, 0),
      peakPerSecond: (readInvocation(folder).flags as CapacityFlags).peak ?? null,
      missingMs: left === 0 ? null : left,
      files: { rows: resultsFile, folder, html: join(folder, 'report.html') },
      calibration: readCalibration(machineOf(provenance)),
      commands: { repeat: repeatOf(folder) ?? resume, next: left === 0 ? null : resume },
    },
    finished,
  )
}
