import { readFileSync } from 'node:fs'
import type { Load } from '../model/scenario.ts'
import { parseFhirFile } from '../workload/fhir/files.ts'
import { type FhirNeed, needsOf } from '../workload/fhir/needs.ts'

/** Files do not change while an experiment runs, and may be large. */
const known = new WeakMap<Load, readonly FhirNeed[]>()

/** What a load needs its FHIR server to declare; null where that is to be ignored. */
export function needsOfLoad(load: Load): readonly FhirNeed[] | null {
  if (load.protocol !== 'fhir' || load.capability === 'ignore') return null
  const found = known.get(load) ?? needsOf(load, files => files.flatMap(resourcesIn))
  known.set(load, found)
  return found
}

const resourcesIn = (file: string) => parseFhirFile(readFileSync(file, 'utf8'), file).resources
