import fc from 'fast-check'
import { expect, test } from 'vitest'
import { person } from '../../src/workload/person.ts'

const patients = fc.tuple(fc.nat(), fc.nat({ max: 99_999_999 }))

test('nobody can be a real person: reserved phone, e-mail domain and social security numbers only', () => {
  fc.assert(
    fc.property(patients, ([seed, k]) => {
      const who = person(seed, k)
      expect(who.phone).toMatch(/^\(555\)555-01\d\d$/)
      expect(who.email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.org$/)
      expect(who.ssn).toMatch(/^9\d\d-\d\d-\d{4}$/)
      expect(who.mrn).toBe(`HB${String(k).padStart(8, '0')}`)
    }),
  )
})

test('every birth date exists', () => {
  fc.assert(
    fc.property(patients, ([seed, k]) => {
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(person(seed, k).birthDate)!
      const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
      expect(date.toISOString().slice(0, 10)).toBe(`${year}-${month}-${day}`)
      expect(Number(year)).toBeGreaterThanOrEqual(1930)
      expect(Number(year)).toBeLessThan(2016)
    }),
  )
})

test('names are spread over the whole table', () => {
  const names = new Set(Array.from({ length: 1024 }, (_, k) => person(1, k).familyName))
  expect(names.size).toBeGreaterThan(200)
})

test('the name and the address of a patient depend on the seed', () => {
  const described = (seed: number) => Array.from({ length: 50 }, (_, k) => person(seed, k).familyName).join(' ')
  expect(described(1)).toBe(described(1))
  expect(described(1)).not.toBe(described(2))
})
