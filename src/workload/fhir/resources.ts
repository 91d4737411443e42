import type { Charset } from '../../model/scenario.ts'
import { person } from '../person.ts'
import { hash32 } from '../random.ts'
import { hicnHashOf } from './hicnHash.ts'
import { CLAIM_SYSTEM, COVERAGE_SYSTEM, HICN_HASH_SYSTEM, MRN_SYSTEM, OBSERVATION_SYSTEM } from './systems.ts'

export { hicnHashOf } from './hicnHash.ts'

export interface Identifier {
  readonly system: string
  readonly value: string
}

/** A literal reference (`Patient/p7`, `urn:uuid:..`) or a logical one. */
export type Reference = { readonly reference: string } | { readonly identifier: Identifier }

/** A FHIR R4 resource as plain JSON. */
export interface Resource {
  readonly resourceType: string
  readonly identifier: readonly Identifier[]
  readonly [element: string]: unknown
}

const DRAWS = 0x66686972
const DIAGNOSES = ['I10', 'E11.9', 'J45.909', 'M54.5', 'N39.0', 'K21.9', 'R07.9', 'F41.9']
const PROCEDURES = ['99213', '99214', '93000', '80053', '85025', '71046', '36415', '99285']
const VITALS = [
  { code: '8867-4', display: 'Heart rate', unit: 'beats/minute', ucum: '/min', low: 50, range: 60 },
  { code: '9279-1', display: 'Respiratory rate', unit: 'breaths/minute', ucum: '/min', low: 10, range: 15 },
  { code: '8480-6', display: 'Systolic blood pressure', unit: 'mmHg', ucum: 'mm[Hg]', low: 95, range: 70 },
  { code: '29463-7', display: 'Body weight', unit: 'kg', ucum: 'kg', low: 45, range: 70 },
]

/** The logical id that the built-in FHIR target gives to patient `k` of the population. */
export function patientId(k: number): string {
  return `p${k}`
}

/** Logical reference to patient `k` by its hicnHash: holds on every server, whatever ids it gave. */
export function patientReference(seed: number, k: number): Reference {
  return { identifier: { system: HICN_HASH_SYSTEM, value: hicnHashOf(seed, k) } }
}

/** Patient `k`: hicnHash first, then the medical record number. */
export function patientResource(seed: number, k: number, charset: Charset = 'ascii'): Resource {
  const who = person(seed, k, charset)
  return {
    resourceType: 'Patient',
    identifier: [
      { system: HICN_HASH_SYSTEM, value: hicnHashOf(seed, k) },
      { system: MRN_SYSTEM, value: who.mrn },
    ],
    active: true,
    name: [{ use: 'usual', family: who.familyName, given: [who.givenName, who.middleInitial] }],
    telecom: [
      { system: 'phone', value: who.phone, use: 'home' },
      { system: 'email', value: who.email },
    ],
    gender: who.sex === 'F' ? 'female' : 'male',
    birthDate: who.birthDate.replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3'),
    address: [
      { use: 'home', line: [who.street], city: who.city, state: who.state, postalCode: who.zip, country: 'US' },
    ],
  }
}

/** The one Medicare Part A coverage of patient `k`. */
export function coverageResource(seed: number, k: number, beneficiary: Reference): Resource {
  return {
    resourceType: 'Coverage',
    identifier: [coverageIdentifier(k)],
    status: 'active',
    type: coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'HIP', 'health insurance plan policy'),
    beneficiary,
    relationship: coding('http://terminology.hl7.org/CodeSystem/subscriber-relationship', 'self', 'Self'),
    period: { start: dayOf(seed, k, 2008, 8) },
    payor: [{ display: 'Example Insurance Programme' }],
    class: [
      {
        type: coding('http://terminology.hl7.org/CodeSystem/coverage-class', 'plan', 'Plan'),
        value: 'Part A',
      },
    ],
  }
}

/** One professional claim of patient `k` with a single line. */
export function explanationOfBenefitResource(
  seed: number,
  k: number,
  patient: Reference,
  coverage: Reference = { identifier: coverageIdentifier(k) },
): Resource {
  const draw = hash32(seed, DRAWS + 1, k)
  const served = dayOf(seed, k, 2018, 6)
  const amount = { value: (2000 + (draw % 48_000)) / 100, currency: 'USD' }
  return {
    resourceType: 'ExplanationOfBenefit',
    identifier: [numbered(CLAIM_SYSTEM, 'E', k)],
    status: 'active',
    type: coding('http://terminology.hl7.org/CodeSystem/claim-type', 'professional', 'Professional'),
    use: 'claim',
    patient,
    billablePeriod: { start: served, end: served },
    created: served,
    insurer: { display: 'Example Insurance Programme' },
    provider: { display: 'Example Medical Group' },
    outcome: 'complete',
    diagnosis: [
      {
        sequence: 1,
        diagnosisCodeableConcept: coding('http://hl7.org/fhir/sid/icd-10-cm', pick(DIAGNOSES, draw >>> 8)),
      },
    ],
    insurance: [{ focal: true, coverage }],
    item: [
      {
        sequence: 1,
        productOrService: coding('http://www.ama-assn.org/go/cpt', pick(PROCEDURES, draw >>> 16)),
        servicedDate: served,
        net: amount,
      },
    ],
    total: [
      {
        category: coding('http://terminology.hl7.org/CodeSystem/adjudication', 'submitted', 'Submitted Amount'),
        amount,
      },
    ],
  }
}

/** One vital sign of patient `k`. */
export function observationResource(seed: number, k: number, subject: Reference): Resource {
  const draw = hash32(seed, DRAWS + 2, k)
  const vital = VITALS[draw % VITALS.length]!
  return {
    resourceType: 'Observation',
    identifier: [numbered(OBSERVATION_SYSTEM, 'O', k)],
    status: 'final',
    category: [coding('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs', 'Vital Signs')],
    code: coding('http://loinc.org', vital.code, vital.display),
    subject,
    effectiveDateTime: `${dayOf(seed, k, 2018, 6)}T08:30:00Z`,
    valueQuantity: {
      value: vital.low + ((draw >>> 8) % vital.range),
      unit: vital.unit,
      system: 'http://unitsofmeasure.org',
      code: vital.ucum,
    },
  }
}

function coverageIdentifier(k: number): Identifier {
  return numbered(COVERAGE_SYSTEM, 'C', k)
}

function numbered(system: string, prefix: string, k: number): Identifier {
  return { system, value: prefix + String(k).padStart(8, '0') }
}

function coding(system: string, code: string, display?: string): object {
  return { coding: [display === undefined ? { system, code } : { system, code, display }] }
}

/** A day in the `years` from `firstYear` on, as YYYY-MM-DD. */
function dayOf(seed: number, k: number, firstYear: number, years: number): string {
  const h = hash32(seed, DRAWS, k)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${firstYear + (h % years)}-${two(1 + ((h >>> 8) % 12))}-${two(1 + ((h >>> 16) % 28))}`
}

function pick(table: readonly string[], bits: number): string {
  return table[bits % table.length]!
}
