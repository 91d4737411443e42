import type { Charset } from '../model/scenario.ts'
import { tablesOf } from './names.ts'
import { hash32 } from './random.ts'

const LOOKS = 0x6c6f6f6b
const BIRTH = 0x62697274

/** Patients k with the same `k % LOOK_COUNT` share name, address, phone and sex; number, birth date and SSN are their own. */
export const LOOK_COUNT = 1024

/** What many patients share: the part of variable length, so that it can be encoded once. */
export interface Look {
  readonly familyName: string
  readonly givenName: string
  readonly middleInitial: string
  readonly sex: 'F' | 'M'
  readonly street: string
  readonly city: string
  readonly state: string
  readonly zip: string
  /** Reserved for fiction: 555-0100 to 555-0199. */
  readonly phone: string
  readonly email: string
}

export interface Person extends Look {
  /** Medical record number, `HB` and eight digits. */
  readonly mrn: string
  /** YYYYMMDD */
  readonly birthDate: string
  /** Never issued: begins with 9. */
  readonly ssn: string
}

/** Patient `k` under `seed`: a pure function, made of reserved and invented values only; `charset` decides the characters of names and addresses. */
export function person(seed: number, k: number, charset: Charset = 'ascii'): Person {
  const digits = String(k % 100_000_000).padStart(8, '0')
  const born = birthDateOf(seed, k)
  return {
    ...look(seed, k % LOOK_COUNT, charset),
    mrn: `HB${digits}`,
    birthDate: String(born),
    ssn: `9${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4)}`,
  }
}

/** Birth date of patient `k` as the number YYYYMMDD, 1930 to 2015; days 1 to 28, so that every date exists. */
export function birthDateOf(seed: number, k: number): number {
  const h = hash32(seed, BIRTH, k)
  return (1930 + (h % 86)) * 10_000 + (1 + ((h >>> 8) % 12)) * 100 + 1 + ((h >>> 16) % 28)
}

/** @param variant 0 to `LOOK_COUNT` - 1 */
export function look(seed: number, variant: number, charset: Charset = 'ascii'): Look {
  const a = hash32(seed, LOOKS, variant * 2)
  const b = hash32(seed, LOOKS, variant * 2 + 1)
  const { familyHeads, familyTails, givenHeads, givenTails, streets, cities, states, isAscii } = tablesOf(charset, a)
  const sex = a & 1 ? 'F' : 'M'
  const familyName = pick(familyHeads, a >>> 1) + pick(familyTails, a >>> 5)
  const givenName = pick(givenHeads, a >>> 9) + pick(givenTails[sex], a >>> 13)
  return {
    familyName,
    givenName,
    middleInitial: String.fromCharCode(65 + ((a >>> 16) % 26)),
    sex,
    street: `${100 + (b % 900)} ${pick(streets, b >>> 10)} Street`,
    city: pick(cities, b >>> 13),
    state: pick(states, b >>> 16),
    zip: String(50_000 + ((b >>> 4) % 10_000)),
    phone: `(555)555-01${String((b >>> 19) % 100).padStart(2, '0')}`,
    email: `${isAscii ? `${givenName}.${familyName}`.toLowerCase() : 'test.patient'}.${variant}@example.org`,
  }
}

function pick(table: readonly string[], bits: number): string {
  return table[bits % table.length]!
}
