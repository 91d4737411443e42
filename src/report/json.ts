import type { CapacityReport } from './capacity/report.ts'
import type { ComparisonReport } from './comparison/comparison.ts'
import type { ExperimentReport } from './experiment.ts'

export const SCHEMA = 'hl7bench.report/1'
export const COMPARISON_SCHEMA = 'hl7bench.comparison/1'

/** The report as JSON, indented by two; ends with a newline. Times in ms, rates per second, ratios 0 to 1. */
export const renderJson = (report: ExperimentReport): string => withSchema(SCHEMA, report)

/** A comparison likewise. */
export const renderComparisonJson = (report: ComparisonReport): string => withSchema(COMPARISON_SCHEMA, report)

export const CAPACITY_SCHEMA = 'hl7bench.capacity/1'

/** A search for the capacity likewise. */
export const renderCapacityJson = (report: CapacityReport): string => withSchema(CAPACITY_SCHEMA, report)

function withSchema(schema: string, report: object): string {
  return `${JSON.stringify({ schema, ...report }, null, 2)}\n`
}
