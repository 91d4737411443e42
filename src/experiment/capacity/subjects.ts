import type { Case } from '../../model/experiment.ts'
import type { Scenario } from '../../model/scenario.ts'
import { caseId } from '../../scenario/factors.ts'
import type { DigestOf } from './caseAt.ts'

export interface Subjects {
  /** The cases of the scenario, and the references without a VPN that it lacks. */
  readonly cases: readonly Case[]
  /** Id of the case without a VPN, by id of the case that is set against it. */
  readonly references: ReadonlyMap<string, string>
}

/** @param direct whether cases with a VPN are to be set against the same without it */
export function subjectsOf(cases: readonly Case[], direct: boolean, digestOf: DigestOf): Subjects {
  const all = [...cases]
  const references = new Map<string, string>()
  for (const subject of direct ? cases : []) {
    const scenario = withoutVpn(subject.scenario)
    if (scenario === null) continue
    const digest = digestOf(scenario)
    const known = all.find(other => other.digest === digest)
    const reference = known ?? referenceOf(subject, scenario, digest)
    if (known === undefined) all.push(reference)
    references.set(subject.id, reference.id)
  }
  return { cases: all, references }
}

/** null where there is no VPN to leave out. */
function withoutVpn(scenario: Scenario): Scenario | null {
  const { environment } = scenario
  if (environment.kind !== 'netns' || environment.topology === 'direct') return null
  const none = { vpn: null, hospitals: 1, overlapping: 0, translatedBy: 'hospital' } as const
  return { ...scenario, environment: { ...environment, topology: 'direct', ...none } }
}

function referenceOf({ levels: own }: Case, scenario: Scenario, digest: string): Case {
  const others = Object.entries(own).filter(([path]) => !path.startsWith('environment.'))
  const levels = { 'environment.topology': 'direct', ...Object.fromEntries(others) }
  return { id: caseId(scenario.name, { levels }), scenario, levels, digest }
}
