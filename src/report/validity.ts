import type { PlannedRun } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Validity } from './experiment.ts'
import { plural } from './format.ts'

/** `28 of 30 runs valid`. A block that was run again for one case gives the others a run more than was wanted. */
export function validRuns(valid: number, wanted: number): string {
  return valid > wanted
    ? `${plural(valid, 'run')} valid, ${wanted} wanted`
    : `${valid} of ${plural(wanted, 'run')} valid`
}

/** How many runs count, and why the others do not. */
export function validityOf(wanted: number, planned: readonly PlannedRun[], results: readonly RunResult[]): Validity {
  const ended = new Set(results.map(result => result.run.id))
  return {
    wanted,
    valid: results.filter(result => result.state === 'valid').length,
    invalid: results.flatMap(result =>
      result.state === 'invalid' ? [{ runId: result.run.id, reasons: result.reasons }] : [],
    ),
    failed: results.flatMap(result =>
      result.state === 'failed'
        ? [{ runId: result.run.id, stage: result.stage, error: result.error, fault: result.fault }]
        : [],
    ),
    missing: planned.filter(run => !ended.has(run.id)).length,
  }
}
