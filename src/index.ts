import type { CompareOptions } from './compare.ts'
import type { ComparisonReport } from './report/comparison/comparison.ts'
import type { ExperimentReport } from './report/experiment.ts'
import type { RunOptions } from './run.ts'

export type { CompareOptions } from './compare.ts'
export type { ComparisonReport } from './report/comparison/comparison.ts'
export type { ExperimentReport } from './report/experiment.ts'
export type { RunOptions } from './run.ts'
export { defineScenario } from './scenario/define.ts'
export { messageProfile } from './scenario/profile.ts'
export type { MessageProfile } from './scenario/profileSchema.ts'
export type { ScenarioInput } from './scenario/schema.ts'
export type { MessageFunction, RequestFunction, RequestSpec } from './workload/code.ts'

/**
 * Measures a scenario file, or servers that run already, as `hl7bench run` does, and prints nothing; see `RunOptions`.
 * Rejects when nothing could be measured.
 */
export async function run(target: string | readonly string[], options: RunOptions = {}): Promise<ExperimentReport> {
  // Generators import this module for scenarios made of code: they need none of what a run needs.
  const whole = await import('./run.ts')
  return await whole.run(target, options)
}

/** Compares two commits or two addresses as `hl7bench compare` does, and prints nothing; see `CompareOptions`. Rejects when nothing could be measured. */
export async function compare(target: string | readonly string[], options: CompareOptions): Promise<ComparisonReport> {
  const whole = await import('./compare.ts')
  return await whole.compare(target, options)
}
