import type { Case } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Provenance, Row } from '../model/row.ts'
import { loadData } from './load-data.ts'

export const ROW_SCHEMA = 'hl7bench.row/1'

export interface RowContext {
  readonly provenance: Provenance
  readonly experimentId: string
  readonly case: Case
  readonly environmentId: string
  readonly tags: Readonly<Record<string, string>>
  /** Blocks measured at once. */
  readonly concurrency: number
}

type Measured = Exclude<RunResult, { state: 'failed' }>

/** The row of one run. A failed run has blanks where numbers would be. */
export function rowOf(result: RunResult, context: RowContext): Row {
  const measured = result.state === 'failed' ? null : result
  return {
    testCaseId: context.case.id,
    branch: context.provenance.branch,
    commit: context.provenance.commit,
    version: context.provenance.version,
    environmentId: context.environmentId,
    timestamp: result.startedAt,
    execution: result.run.execution,
    durationMs: measured && durationOf(measured),
    records: measured && acceptedOf(measured),
    beneficiaries: measured && populationOf(context.case),
    data: {
      schema: ROW_SCHEMA,
      ...identityOf(result, context),
      ...stateOf(result),
      timings: result.timings,
      concurrency: context.concurrency,
      ...assumptionsOf(context.case),
      ...(result.network && { network: result.network }),
      ...(measured && { loads: measured.loads.map(loadData), audit: auditOf(measured) }),
      ...(measured?.gateways && { gateways: measured.gateways }),
      ...(measured?.links && { links: measured.links }),
      ...(measured?.limited && { limited: measured.limited }),
      ...(measured?.tunnelEvents && { tunnelEvents: measured.tunnelEvents }),
      ...(measured?.drills && { drills: measured.drills }),
      ...(measured?.around && { around: measured.around }),
      host: context.provenance.host,
      harness: context.provenance.harness,
      tags: context.tags,
    },
  }
}

/** The measured phase, ms: the longest over the loads. Rounded as the history of whole milliseconds has it; each load's own is in the data. */
const durationOf = (result: Measured): number | null =>
  result.loads.length === 0 ? null : Math.round(Math.max(...result.loads.map(load => load.measuredMs)))

const acceptedOf = (result: Measured): number => result.loads.reduce((sum, load) => sum + load.acceptedInPhase, 0)

/** Patients in the FHIR server; loads of one scenario share them. */
function populationOf(testCase: Case): number | null {
  const populations = testCase.scenario.load.flatMap(load => (load.protocol === 'fhir' ? [load.population] : []))
  return Math.max(0, ...populations) || null
}

function identityOf(result: RunResult, context: RowContext): Record<string, unknown> {
  const { run } = result
  return {
    experiment: context.experimentId,
    run: run.id,
    clone: result.cloneId,
    block: run.block,
    order: run.order,
    arm: run.arm,
    stage: run.stage,
    replacement: run.replacement,
    seed: run.seed,
    digest: context.case.digest,
    levels: context.case.levels,
  }
}

/** By load, what it took for granted without a source; absent when nothing was. */
function assumptionsOf({ scenario }: Case): Record<string, unknown> {
  const assuming = scenario.load.filter(({ assumed }) => assumed.length > 0)
  if (assuming.length === 0) return {}
  return { assumed: Object.fromEntries(assuming.map(({ name, assumed }) => [name, assumed])) }
}

function stateOf(result: RunResult): Record<string, unknown> {
  if (result.state === 'valid') return { state: 'valid' }
  if (result.state === 'invalid') return { state: 'invalid', reasons: result.reasons }
  return { state: 'failed', stage: result.stage, error: result.error, fault: result.fault }
}

function auditOf({ audit }: Measured): Record<string, unknown> {
  const { evidence, planned, acknowledged, terms, foreign, repeats, balanced, downstream } = audit
  return { evidence, planned, acknowledged, terms, foreign, repeats, balanced, ...(downstream && { downstream }) }
}
