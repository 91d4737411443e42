import type { PlannedRun } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Validity } from './experiment.ts'

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
