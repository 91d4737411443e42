import type { Endpoint } from '../model/scenario.ts'

/** What the processes of a run are told about it, by environment variables. */
export interface RunFacts {
  readonly runId: string
  /** Absolute. */
  readonly folder: string
  /** null = not known (yet). */
  readonly mllp: Endpoint | null
  readonly fhir: Endpoint | null
}

/** The controller's environment, the scenario's own variables, and the facts of the run; the later win. */
export function runVariables(own: Readonly<Record<string, string>>, facts: RunFacts): Record<string, string> {
  const { mllp, fhir } = facts
  return {
    ...(process.env as Record<string, string>),
    ...own,
    HL7BENCH_RUN_ID: facts.runId,
    HL7BENCH_RUN_DIR: facts.folder,
    ...(mllp && { HL7BENCH_MLLP_HOST: mllp.host, HL7BENCH_MLLP_PORT: String(mllp.port) }),
    ...(fhir && { HL7BENCH_FHIR_HOST: fhir.host, HL7BENCH_FHIR_PORT: String(fhir.port) }),
  }
}
