import type { ComparisonReport } from './comparison/comparison.ts'
import type { ExperimentReport } from './experiment.ts'

export const SCHEMA = 'hl7bench.report/1'
export const COMPARISON_SCHEMA = 'hl7bench.comparison/1'

/** The report as JSON, indented by two; ends with a newline. Times in ms, rates per second, ratios 0 to 1. */
export const renderJson = (report: ExperimentReport): string => withSchema(SCHEMA, report)

/** A comparison likewise. */
export const renderComparisonJson = (report: ComparisonReport): string => withSchema(COMPARISON_SCHEMA, report)

function withSchema(schema: string, report: object): string {
  return `${JSON.stringify({ schema, ...report }, null, 2)}\n`
}
