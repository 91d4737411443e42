import { conduct } from '../../src/experiment/conduct.ts'
import type { GeneratorPlan, GeneratorResult } from '../../src/model/generator.ts'
import type { Endpoint, FhirLoad } from '../../src/model/scenario.ts'
import { compileOperations } from '../../src/workload/fhir/compiled.ts'
import { start } from './generatorProcess.ts'

/** The plan of a small FHIR load: 40 requests over 2 connections. */
export function fhirPlan(
  target: Endpoint,
  overrides: Partial<FhirLoad> = {},
  rest: Partial<GeneratorPlan> = {},
): GeneratorPlan {
  const load: FhirLoad = {
    name: 'fhir',
    protocol: 'fhir',
    connections: 2,
    window: 1,
    generators: 1,
    workload: { kind: 'closed', thinkMs: 0, records: 40 },
    timeoutMs: 2000,
    onUnknown: 'drop',
    maxAttempts: 6,
    tls: null,
    assumed: [],
    pacing: 'auto',
    operations: [{ kind: 'create', resource: 'Patient', conditional: true, weight: 1 }],
    population: 10,
    skew: 0,
    charset: 'ascii',
    populate: 'never',
    parseShare: 1,
    compress: false,
    format: 'json',
    cache: 'default',
    retry: null,
    engine: 'own',
    auth: null,
    capability: 'check',
    ...overrides,
  }
  return {
    load,
    loadIndex: 0,
    index: 0,
    target,
    basePath: '/fhir',
    phases: { warmupMs: 0, measureMs: 30_000, drainMs: 2000 },
    seed: 1,
    runKey: 'ABC123',
    epochMs: 0,
    gapMs: 1,
    content: compileOperations(load),
    module: null,
    tickMs: 100,
    spinShare: 0,
    tls: null,
    ...rest,
  }
}

/** Runs the plan in a generator process of its own. */
export async function generate(plan: GeneratorPlan): Promise<GeneratorResult> {
  const conducted = await conduct(start(), plan)
  return conducted.measure(() => {})
}
