import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  coverageResource,
  explanationOfBenefitResource,
  hicnHashOf,
  observationResource,
  patientId,
  patientReference,
  patientResource,
} from '../../../src/workload/fhir/resources.ts'
import { HICN_HASH_SYSTEM } from '../../../src/workload/fhir/systems.ts'
import { person } from '../../../src/workload/person.ts'

const patients = fc.tuple(fc.nat(), fc.nat({ max: 99_999_999 }))

test('a patient is a pure function of seed and k, and has its hicnHash first', () => {
  fc.assert(
    fc.property(patients, ([seed, k]) => {
      const patient = patientResource(seed, k)
      expect(patient).toEqual(patientResource(seed, k))
      expect(patient.identifier[0]).toEqual({ system: HICN_HASH_SYSTEM, value: hicnHashOf(seed, k) })
      expect(patient.birthDate).toMatch(/^\d{4}-\d\d-\d\d$/)
      expect(Object.values(patient).every(value => value !== undefined)).toBe(true)
    }),
  )
})

test('a patient is the same person in FHIR and in HL7 v2', () => {
  const who = person(3, 5)
  expect(patientResource(3, 5)).toMatchObject({
    identifier: [{}, { value: who.mrn }],
    name: [{ family: who.familyName, given: [who.givenName, who.middleInitial] }],
  })
})

test('hashes are 64 hex digits, and no two of 20,000 patients share one', () => {
  const hashes = new Set(Array.from({ length: 20_000 }, (_, k) => hicnHashOf(1, k)))
  expect(hashes.size).toBe(20_000)
  expect([...hashes].every(hash => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
  expect(hicnHashOf(1, 0)).not.toBe(hicnHashOf(2, 0))
})

test('resources refer to their patient as told and have the elements that R4 requires', () => {
  const patient = patientReference(1, 7)
  expect(coverageResource(1, 7, patient)).toMatchObject({ status: 'active', beneficiary: patient, payor: [{}] })
  expect(observationResource(1, 7, patient)).toMatchObject({
    status: 'final',
    subject: patient,
    code: { coding: [{}] },
  })
  const claim = explanationOfBenefitResource(1, 7, { reference: 'Patient/p7' })
  for (const element of [
    'status',
    'type',
    'use',
    'patient',
    'created',
    'insurer',
    'provider',
    'outcome',
    'insurance',
  ]) {
    expect(claim).toHaveProperty(element)
  }
  expect(claim.patient).toEqual({ reference: 'Patient/p7' })
})

test('the identifiers of different patients differ in every type', () => {
  for (const make of [coverageResource, explanationOfBenefitResource, observationResource]) {
    const values = Array.from({ length: 100 }, (_, k) => make(1, k, { reference: 'x' }).identifier[0]!.value)
    expect(new Set(values).size).toBe(100)
  }
})

test('ids are p and the number', () => {
  expect(patientId(12)).toBe('p12')
})
