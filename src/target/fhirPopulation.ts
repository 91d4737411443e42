import type { Charset } from '../model/scenario.ts'
import {
  coverageResource,
  explanationOfBenefitResource,
  patientId,
  patientResource,
  type Resource,
} from '../workload/fhir/resources.ts'
import type { ResourceType } from './fhirResource.ts'
import type { FhirStore } from './fhirStore.ts'

/** Loads patients 0 to `population` - 1 of the workload under `seed`, each with a Coverage and an ExplanationOfBenefit. */
export function loadPopulation(store: FhirStore, seed: number, population: number, charset: Charset): void {
  const insert = (type: ResourceType, id: string, resource: Resource) => store.insert(store.prepare(resource, type, id))
  for (let k = 0; k < population; k++) {
    const patient = { reference: `Patient/${patientId(k)}` }
    insert('Patient', patientId(k), patientResource(seed, k, charset))
    insert('Coverage', `c${k}`, coverageResource(seed, k, patient))
    insert('ExplanationOfBenefit', `e${k}`, explanationOfBenefitResource(seed, k, patient))
  }
}
