import fc from 'fast-check'
import { Message } from 'node-hl7-client'
import { describe, expect, test } from 'vitest'
import { messageProfile } from '../../../src/scenario/profile.ts'
import { createBytes } from '../../../src/workload/bytes.ts'
import { HL7_VERSIONS, MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { createIdentity } from '../../../src/workload/identity.ts'
import { field, MIXTURE, mixSpec, OPTIONS, streamOf, text } from './render.ts'

const ALL_TYPES = Object.fromEntries(MESSAGE_TYPES.map(type => [type, 1]))
const COURSE = { 'ADT^A01': 2, 'ORM^O01': 3, 'ORU^R01': 4, 'ADT^A03': 2 }
const indexes = fc.oneof(fc.nat({ max: 5000 }), fc.integer({ min: 0, max: 36 ** 8 - 1 }))

test('message i is the same whatever was rendered before, in this stream or another', () => {
  const spec = mixSpec(ALL_TYPES, { sizes: MIXTURE })
  const used = streamOf(spec)
  const out = createBytes(16)
  fc.assert(
    fc.property(fc.array(indexes, { minLength: 1, maxLength: 5 }), sequence => {
      for (const index of sequence) used.render(index, out)
      const last = sequence.at(-1)!
      const again = createBytes()
      streamOf(spec).render(last, again)
      const same =
        out.length === again.length && out.bytes.subarray(0, out.length).every((b, i) => b === again.bytes[i])
      expect(same).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test.each([1, 200, 0.01])(
  'MSH-10 is the identity and MSH-7 the start of the run plus i times the gap of %d ms',
  gapMs => {
    const stream = streamOf(mixSpec(ALL_TYPES), { gapMs })
    const identity = createIdentity(OPTIONS.runKey, OPTIONS.loadIndex)
    fc.assert(
      fc.property(
        indexes.filter(index => index < 1e9),
        index => {
          const message = text(stream, index)
          expect(field(message, 'MSH', 10)).toBe(identity.text(index))
          const stamp = new Date(OPTIONS.epochMs + Math.floor(index * gapMs)).toISOString().replace(/[-T:Z]/g, '')
          expect(field(message, 'MSH', 7)).toBe(`${stamp}+0000`)
        },
      ),
    )
  },
)

test.each([1, 200, 0.01])('the time of arrival is that of the message that tells it, %d ms a message', gapMs => {
  const stream = streamOf(mixSpec({ 'ADT^A01': 1, 'SIU^S12': 1, 'ORU^R01': 2 }), { gapMs })
  const admissions = new Map<string, string>()
  for (let i = 0; i < 3000; i++) {
    const message = text(stream, i)
    const [visit, admitted] = [field(message, 'PV1', 19), field(message, 'PV1', 44)]
    if (field(message, 'MSH', 9).startsWith('ADT')) {
      expect(admitted).toBe(field(message, 'EVN', 2))
      admissions.set(visit, admitted)
    }
    if (admissions.has(visit)) expect(admitted).toBe(admissions.get(visit))
  }
  expect(admissions.size).toBe(750)
})

const sentAs = (type: string, version: string) =>
  type === 'ORM^O01' && (version === '2.7' || version === '2.8') ? 'OML^O21' : type

describe.each(HL7_VERSIONS)('HL7 %s', version => {
  test('every type parses in node-hl7-client, says its version, and is for training', () => {
    for (const type of MESSAGE_TYPES) {
      const parsed = new Message({ text: text(streamOf(mixSpec({ [type]: 1 }, { version })), 3) })
      expect(`${parsed.get('MSH.9.1')}^${parsed.get('MSH.9.2')}`).toBe(sentAs(type, version))
      expect(parsed.get('MSH.12').toString()).toBe(version)
      expect(parsed.get('MSH.11').toString()).toBe('T')
      expect(parsed.get('MSH.9.3').toString() === '').toBe(version === '2.3')
      expect(parsed.get('PID.5.1').toString()).toMatch(/^[A-Z][a-z]+$/)
    }
  })
})

test('templates have the size of everyday messages', () => {
  for (const type of MESSAGE_TYPES) {
    const size = text(streamOf(mixSpec({ [type]: 1 })), 0).length
    expect(size).toBeGreaterThanOrEqual(400)
    expect(size).toBeLessThanOrEqual(2048)
  }
})

test('types come in proportion to their weights, from the first hundreds of messages on', () => {
  const stream = streamOf(mixSpec({ 'ADT^A01': 5, 'ORU^R01': 3, 'MDM^T02': 2 }))
  const share = (from: number, count: number, type: string) =>
    Array.from({ length: count }, (_, i) => text(stream, from + i)).filter(m => field(m, 'MSH', 9).startsWith(type))
      .length / count
  expect(share(0, 1000, 'ADT^A01')).toBeCloseTo(0.5, 10)
  expect(share(0, 1000, 'ORU^R01')).toBeCloseTo(0.3, 10)
  expect(Math.abs(share(0, 300, 'ADT^A01') - 0.5)).toBeLessThan(0.12)
  expect(Math.abs(share(700, 300, 'ADT^A01') - 0.5)).toBeLessThan(0.12)
})

interface Course {
  readonly types: string[]
  readonly patients: Set<string>
  readonly admitted: Set<string>
}

function courses(count: number): Map<string, Course> {
  const stream = streamOf(mixSpec(COURSE))
  const byVisit = new Map<string, Course>()
  for (let i = 0; i < count; i++) {
    const message = text(stream, i)
    const visit = field(message, 'PV1', 19)
    if (!byVisit.has(visit)) byVisit.set(visit, { types: [], patients: new Set(), admitted: new Set() })
    const course = byVisit.get(visit)!
    course.types.push(field(message, 'MSH', 9).slice(4, 7))
    course.patients.add([3, 5, 7, 19].map(n => field(message, 'PID', n)).join('|'))
    course.admitted.add(field(message, 'PV1', 44))
  }
  return byVisit
}

test('a visit is one patient from admission through orders and results to discharge', () => {
  const seen = courses(3000)
  const whole = [...seen.values()].filter(({ types }) => types.includes('A01') && types.includes('A03'))
  expect(whole.length).toBeGreaterThan(300)
  for (const { types, patients, admitted } of seen.values()) {
    expect(patients.size).toBe(1)
    expect(admitted.size).toBe(1)
    expect([...types].sort((a, b) => rank(a) - rank(b))).toEqual(types)
  }
})

function rank(trigger: string): number {
  return ['A01', 'O01', 'R01', 'A03'].indexOf(trigger)
}

test('whoever was not admitted in the run was admitted before it: after one round every visit begins with its admission', () => {
  const opened = [...courses(3000).entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  const before = opened.filter(([, { types }]) => types[0] !== 'A01')
  expect(before.length).toBeLessThanOrEqual(opened.length / 4)
})

describe.each(['template', 200] as const)('of size %s', sizes => {
  const visitsOf = (mix: Readonly<Record<string, number>>) => {
    const stream = streamOf(mixSpec(mix, { sizes }))
    const seen = new Map<string, { types: Set<string>; visits: Set<string> }>()
    for (let i = 0; i < 3000; i++) {
      const message = text(stream, i)
      if (!message.includes('\rPV1|')) continue
      // A patient comes again after a thousand visits only: the lean PV1 has no number of its visit.
      const visit = field(message, 'PID', 3)
      if (!seen.has(visit)) seen.set(visit, { types: new Set(), visits: new Set() })
      seen.get(visit)!.types.add(field(message, 'MSH', 9).slice(4, 7))
      seen.get(visit)!.visits.add([2, 3].map(n => field(message, 'PV1', n)).join('|'))
    }
    return [...seen.values()]
  }
  const [ward, clinic] = sizes === 'template' ? ['I|WARD1^101^A^SAMPLE', 'O|CLINIC1^^^SAMPLE'] : ['I|', 'O|']

  test('a visit has one class in all of its messages, that of its arrival', () => {
    const visits = visitsOf(ALL_TYPES)
    const arrived = (trigger: string) => visits.filter(({ types }) => types.has(trigger) && types.size > 1)
    expect(arrived('A01').length).toBeGreaterThan(50)
    expect(arrived('A04').length).toBeGreaterThan(50)
    for (const { visits } of arrived('A01')) expect([...visits]).toEqual([ward])
    for (const { visits } of arrived('A04')) expect([...visits]).toEqual([clinic])
  })

  test('nobody stays overnight in a clinic', () => {
    const visits = visitsOf(messageProfile('clinic').mix)
    expect(visits.length).toBeGreaterThan(500)
    for (const { visits: seen } of visits) expect([...seen]).toEqual([clinic])
  })
})

test('whose arrival no message tells is an outpatient where appointments and vaccinations are all there is', () => {
  const classesOf = (mix: Readonly<Record<string, number>>) => {
    const stream = streamOf(mixSpec(mix))
    return new Set(Array.from({ length: 100 }, (_, i) => field(text(stream, i), 'PV1', 2)))
  }
  expect(classesOf({ 'SIU^S12': 1, 'VXU^V04': 1 })).toEqual(new Set(['O']))
  expect(classesOf({ 'ORM^O01': 1, 'ORU^R01': 1 })).toEqual(new Set(['I']))
})

test('a result names the order of its visit', () => {
  const stream = streamOf(mixSpec(COURSE))
  const orders = new Map<string, string>()
  let matched = 0
  for (let i = 0; i < 3000; i++) {
    const message = text(stream, i)
    const type = field(message, 'MSH', 9)
    if (type.startsWith('ORM')) orders.set(field(message, 'ORC', 2), field(message, 'PID', 3))
    if (type.startsWith('ORU') && orders.has(field(message, 'ORC', 2))) {
      expect(orders.get(field(message, 'ORC', 2))).toBe(field(message, 'PID', 3))
      matched++
    }
  }
  expect(matched).toBeGreaterThan(400)
})

test('the e-mail address of a patient is a telecommunication of its own, not a part of the telephone', () => {
  for (const version of HL7_VERSIONS.filter(version => version !== '2.7' && version !== '2.8')) {
    const [telephone, email] = field(text(streamOf(mixSpec({ 'ADT^A01': 1 }, { version })), 0), 'PID', 13).split('~')
    expect(telephone).toMatch(/^[^^@]*\^PRN\^PH(\^\^\^\d+\^\d+)?$/)
    expect(email).toMatch(/^\^NET\^Internet\^[^^]+@example\.org$/)
  }
})

test('creatinine is a mass in a volume, as LOINC 2160-0 is', () => {
  const result = text(streamOf(mixSpec({ 'ORU^R01': 1 })), 0)
  const creatinine = result.split('\r').find(line => line.includes('|2160-0^'))!
  expect(creatinine.split('|')[6]).toBe('mg/dL^mg/dL^UCUM')
})

test('patients are drawn from the population, all of them, and stay themselves', () => {
  const stream = streamOf(mixSpec({ 'ADT^A01': 1 }, { population: 37 }))
  const names = new Map<string, string>()
  for (let i = 0; i < 200; i++) {
    const message = text(stream, i)
    const known = names.get(field(message, 'PID', 3)) ?? field(message, 'PID', 5)
    expect(field(message, 'PID', 5)).toBe(known)
    names.set(field(message, 'PID', 3), known)
  }
  expect(names.size).toBe(37)
})

test('loads of one run send different messages about the same people', () => {
  const a = text(streamOf(mixSpec({ 'ADT^A01': 1 }, { population: 1 }), { loadIndex: 0 }), 5)
  const b = text(streamOf(mixSpec({ 'ADT^A01': 1 }, { population: 1 }), { loadIndex: 1 }), 5)
  expect(field(a, 'PID', 5)).toBe(field(b, 'PID', 5))
  expect(field(a, 'MSH', 10)).not.toBe(field(b, 'MSH', 10))
})

test('no two loads of a scenario give the same visit, order, document, appointment or charge number', () => {
  const numbersOf = (loadIndex: number) => {
    const stream = streamOf(mixSpec(ALL_TYPES), { loadIndex })
    return Array.from({ length: 50 }, (_, i) => i * 20_000_000).flatMap(index => {
      const message = text(stream, index)
      const numbers = { PV1: 19, ORC: 2, TXA: 12, SCH: 1, FT1: 2 }
      return Object.entries(numbers).flatMap(([name, number]) =>
        message.includes(`\r${name}|`) ? [`${name}-${number} ${field(message, name, number)}`] : [],
      )
    })
  }
  const loadOf = new Map<string, number>()
  for (let load = 0; load < 36; load++) {
    for (const number of numbersOf(load)) {
      expect([number, loadOf.get(number) ?? load]).toEqual([number, load])
      loadOf.set(number, load)
    }
  }
})
