import type { ScenarioInput } from './schema.ts'

/** Gives a scenario file its types: `export default defineScenario({ ... })`. Returns its argument; validation comes with loading. */
export function defineScenario(scenario: ScenarioInput): ScenarioInput {
  return scenario
}
