import type { ArmName, Case } from '../../model/experiment.ts'
import type { AttachedEnvironment } from '../../model/scenario.ts'
import type { Prepared } from '../session.ts'

/** Two arms that are servers of someone else: nothing is made, each is loaded where it answers. */
export function attachedArms(environments: Readonly<Record<Exclude<ArmName, 'only'>, AttachedEnvironment>>): Prepared {
  return {
    armed(testCase: Case, arm: ArmName): Case {
      if (arm === 'only') return testCase
      return { ...testCase, scenario: { ...testCase.scenario, environment: environments[arm] } }
    },
    release: async () => [],
  }
}
