import type { RunningTarget } from '../model/environment.ts'
import { OUTCOMES } from '../model/exchange.ts'
import type { PlannedRun } from '../model/experiment.ts'
import type { GeneratorPlan } from '../model/generator.ts'
import type { FhirLoad, Scenario } from '../model/scenario.ts'
import { UNPACED_GAP_MS } from '../workload/messageGap.ts'
import { conduct } from './conduct.ts'
import { RunFailure } from './failure.ts'
import { authOf, pathsOf, type RunOptions } from './run.ts'

/** Identities of the population's requests differ from those of any load. */
const POPULATION_LOAD = 35
const LONGEST_MS = 30 * 60_000

/**
 * Loads the patients that searches and reads draw from into a target that does not bring them along: conditional creates over the
 * wire by a generator of its own, before the warm-up. The built-in target is started with its population.
 * @param endings rejects when the run is over before its time
 * @throws RunFailure when not all of it was accepted
 */
export async function populate(
  { run, testCase, clone }: Pick<RunOptions, 'run' | 'testCase' | 'clone'>,
  target: RunningTarget,
  endings: Promise<never>,
): Promise<void> {
  const { scenario } = testCase
  const load = largestPopulation(scenario.load.filter(each => each.protocol === 'fhir'))
  if (load === null || bringsItAlong(scenario) || target.fhir === null) return
  const generator = await clone.spawnGenerator(POPULATION_LOAD, 0)
  const plan: GeneratorPlan = {
    load: {
      ...load,
      name: 'population',
      generators: 1,
      workload: { kind: 'closed', thinkMs: 0, records: load.population },
      onUnknown: 'resend',
      maxAttempts: 5,
    },
    loadIndex: POPULATION_LOAD,
    index: 0,
    target: { host: target.fhir.host, port: target.fhir.port },
    ...pathsOf(generator),
    basePath: target.fhir.basePath,
    tls: target.tls[scenario.load.indexOf(load)] ?? null,
    ...authOf(target, scenario.load.indexOf(load)),
    phases: { warmupMs: 0, measureMs: LONGEST_MS, drainMs: load.timeoutMs },
    seed: populationSeedOf(scenario, run),
    runKey: run.key,
    epochMs: Date.now(),
    gapMs: UNPACED_GAP_MS,
    content: { kind: 'population' },
    module: null,
    tickMs: 1000,
    spinShare: 0,
  }
  try {
    const loading = conduct(generator, plan).then(conducted => conducted.measure(() => {}))
    const { total, reasons } = await Promise.race([loading, endings])
    if (total.accepted === load.population) return
    const missing = OUTCOMES.filter(outcome => outcome !== 'accepted' && total[outcome] > 0).map(
      outcome => `${total[outcome]} ${outcome}`,
    )
    throw new RunFailure(
      'start',
      'target',
      `only ${total.accepted} of ${load.population} patients could be loaded (${[...missing, ...Object.keys(reasons)].join(', ')}); ` +
        "check that the target takes transactions, or load them yourself and set populate: 'never'",
    )
  } finally {
    generator.kill()
  }
}

const bringsItAlong = ({ environment, sut }: Scenario): boolean => environment.kind !== 'attached' && sut.start === null

/**
 * Seed of the patients in the target of a run. A server that outlives its runs must hold the same ones in all of them: with others in each, those
 * of earlier runs would answer to the same record numbers.
 */
export const populationSeedOf = (scenario: Scenario, run: Pick<PlannedRun, 'seed'>): number =>
  bringsItAlong(scenario) ? run.seed : scenario.seed

function largestPopulation(loads: readonly FhirLoad[]): FhirLoad | null {
  const populating = loads.filter(load => load.populate === 'before')
  return populating.length === 0
    ? null
    : populating.reduce((most, load) => (load.population > most.population ? load : most))
}
