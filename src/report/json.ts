import type { ExperimentReport } from './experiment.ts'

export const SCHEMA = 'hl7bench.report/1'

/** The report as JSON, indented by two; ends with a newline. Times in ms, rates per second, ratios 0 to 1. */
export function renderJson(report: ExperimentReport): string {
  return `${JSON.stringify({ schema: SCHEMA, ...report }, null, 2)}\n`
}
