import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Charset } from '../../../src/model/scenario.ts'
import { createBytes } from '../../../src/workload/bytes.ts'
import { type CompiledMix, compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { createSizeRule } from '../../../src/workload/hl7/sizes.ts'
import { field, MIXTURE, mixSpec, streamOf, text } from './render.ts'

const LADDER = [200, 350, 500, 900, 1000, 1300, 1400, 1500, 3000, 9000, 63_999, 64_000, 64_001, 200_000]
const bytesOf = (stream: ReturnType<typeof streamOf>, index: number): number => {
  const out = createBytes()
  stream.render(index, out)
  return out.length
}

test.each(MESSAGE_TYPES)('%s has exactly the size asked for, from the least that its structure allows', type => {
  for (const version of ['2.3', '2.8'] as const) {
    const least = bytesOf(streamOf(mixSpec({ [type]: 1 }, { version, sizes: 1 })), 7)
    for (const bytes of LADDER) {
      const made = bytesOf(streamOf(mixSpec({ [type]: 1 }, { version, sizes: bytes })), 7)
      expect([version, bytes, made]).toEqual([version, bytes, Math.max(bytes, least)])
    }
  }
})

test('every size that the patient leaves room for is met to the byte', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MESSAGE_TYPES),
      fc.constantFrom<Charset>('ascii', '8859/1', 'utf-8'),
      fc.integer({ min: 450, max: 5000 }),
      fc.nat({ max: 10_000 }),
      (type, charset, sizes, index) => {
        const least = bytesOf(streamOf(mixSpec({ [type]: 1 }, { charset, sizes: 1 })), index)
        expect(bytesOf(streamOf(mixSpec({ [type]: 1 }, { charset, sizes })), index)).toBe(Math.max(sizes, least))
      },
    ),
    { numRuns: 60 },
  )
})

test.each([300, 1200])('inpatients and outpatients have messages of %i bytes, to the byte', sizes => {
  const stream = streamOf(mixSpec({ 'ADT^A01': 1, 'ADT^A04': 1, 'ADT^A08': 2, 'ADT^A03': 1 }, { sizes }))
  const messages = Array.from({ length: 200 }, (_, i) => text(stream, i))
  expect(new Set(messages.map(message => field(message, 'PV1', 2)))).toEqual(new Set(['I', 'O']))
  expect(new Set(messages.map(({ length }) => length))).toEqual(new Set([sizes]))
})

test('a ladder gives every size once in a round', () => {
  const ladder = [1000, 1400, 9000]
  const stream = streamOf(mixSpec({ 'ADT^A01': 1 }, { sizes: { ladder, weights: null } }))
  for (let round = 0; round < 50; round++) {
    const sizes = ladder.map((_, i) => bytesOf(stream, round * ladder.length + i))
    expect(sizes.sort((a, b) => a - b)).toEqual(ladder)
  }
})

test.each([1, 2, 4, 8, 16])(
  'of %i connections that messages are dealt to in turn, each carries all sizes of a ladder',
  connections => {
    const ladder = [200, 350, 500, 900, 1000, 1300, 1400, 1500]
    const compiled = compileMessages(mixSpec({ 'ADT^A01': 1 }, { sizes: { ladder, weights: null } })) as CompiledMix
    const rule = createSizeRule(compiled, 5)
    for (let connection = 0; connection < connections; connection++) {
      const sizes = Array.from({ length: 2000 }, (_, i) => rule(0, connection + i * connections))
      for (const size of ladder) expect(sizes.filter(made => made === size).length / 2000).toBeCloseTo(1 / 8, 1)
    }
  },
)

test('a ladder gives its sizes by weight', () => {
  const weighted = streamOf(mixSpec({ 'ADT^A01': 1 }, { sizes: { ladder: [1000, 1400, 9000], weights: [1, 0, 3] } }))
  const drawn = Array.from({ length: 4000 }, (_, i) => bytesOf(weighted, i))
  expect(new Set(drawn)).toEqual(new Set([1000, 9000]))
  expect(Math.abs(drawn.filter(bytes => bytes === 9000).length / 4000 - 0.75)).toBeLessThan(0.03)
})

test('200 bytes hold an admission, and it still says who, when and where', () => {
  const message = text(streamOf(mixSpec({ 'ADT^A01': 1 }, { sizes: 200 })), 7)
  expect(message.length).toBe(200)
  expect(message.split('\r').map(line => line.slice(0, 3))).toEqual(['MSH', 'EVN', 'PID', 'PV1', ''])
  expect(field(message, 'PID', 3)).toMatch(/^HB\d{8}$/)
})

test.each([
  ['ADT^A01', 185],
  ['ORM^O01', 255],
  ['DFT^P03', 315],
  ['ORU^R01', 355],
  ['MDM^T02', 400],
  ['SIU^S12', 425],
  ['VXU^V04', 455],
])('the least %s has about the %d bytes that docs/scenario.md tells', (type, bytes) => {
  const stream = streamOf(mixSpec({ [type]: 1 }, { sizes: 1 }))
  for (let index = 0; index < 100; index++) expect(Math.abs(bytesOf(stream, index) - bytes)).toBeLessThanOrEqual(6)
})

test.each([
  ['ADT^A01', '2.8', 185 + 15],
  ['ORM^O01', '2.7', 255 + 15],
  ['VXU^V04', '2.8', 455 + 15],
  ['ORM^O01', '2.3', 255 + 60],
] as const)('the least %s of HL7 %s has about the %d bytes that docs/scenario.md tells', (type, version, bytes) => {
  const stream = streamOf(mixSpec({ [type]: 1 }, { version, sizes: 1 }))
  for (let index = 0; index < 100; index++) expect(Math.abs(bytesOf(stream, index) - bytes)).toBeLessThanOrEqual(10)
})

test('a lean result names the order of its filler', () => {
  const message = text(streamOf(mixSpec({ 'ORU^R01': 1 }, { sizes: 1 })), 7)
  expect(field(message, 'OBR', 3)).toBe(`F${field(message, 'OBR', 2)}`)
})

test('padding goes on counting the set ids of its segment and stands where the structure allows it', () => {
  const message = text(streamOf(mixSpec({ 'ORU^R01': 1 }, { sizes: 9000 })), 0)
  const ids = message
    .split('\r')
    .filter(line => line.startsWith('OBX|'))
    .map(line => Number(line.split('|')[1]))
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => i + 1))
  const appointment = text(streamOf(mixSpec({ 'SIU^S12': 1 }, { sizes: 4000 })), 0)
  expect(
    appointment
      .split('\r')
      .map(line => line.slice(0, 3))
      .join(' '),
  ).toMatch(/^MSH SCH (NTE )+PID PV1 RGS AIS AIG AIL AIP $/)
})

test('a large result carries one base64 document', () => {
  const message = text(streamOf(mixSpec({ 'ORU^R01': 1 }, { sizes: 700_000 })), 0)
  const document = message
    .split('\r')
    .filter(line => line.startsWith('OBX|'))
    .at(-1)!
  const [, setId, type, , , value] = document.split('|')
  expect([setId, type]).toEqual(['9', 'ED'])
  const base64 = value!.split('^')[4]!
  expect(Buffer.from(base64, 'base64').toString('base64')).toBe(base64)
})

test('the mixture has the shares and the ranges that it declares', () => {
  const compiled = compileMessages(mixSpec({ 'ADT^A01': 3, 'MDM^T02': 1 }, { sizes: MIXTURE })) as CompiledMix
  const rule = createSizeRule(compiled, 5)
  const count = 40_000
  const sizes = Array.from({ length: count }, (_, i) => ({
    type: i % 4 === 0 ? 1 : 0,
    bytes: rule(i % 4 === 0 ? 1 : 0, i),
  }))
  const documents = sizes.filter(({ bytes }) => bytes >= 500_000)
  const large = sizes.filter(({ bytes }) => bytes >= 30_000 && bytes < 500_000)
  const body = sizes.filter(({ bytes }) => bytes < 30_000)
  expect(documents.every(({ type, bytes }) => type === 1 && bytes <= 12_000_000)).toBe(true)
  expect(Math.abs(documents.length / count - 0.005)).toBeLessThan(0.0015)
  expect(large.every(({ bytes }) => bytes <= 50_000)).toBe(true)
  expect(Math.abs(large.length / count - 0.05)).toBeLessThan(0.006)
  expect(Math.abs(body.reduce((sum, { bytes }) => sum + bytes, 0) / body.length - 1500)).toBeLessThan(30)
})

test('without MDM and ORU the mixture has no documents', () => {
  const compiled = compileMessages(mixSpec({ 'ADT^A01': 1 }, { sizes: MIXTURE })) as CompiledMix
  const rule = createSizeRule(compiled, 5)
  expect(Math.max(...Array.from({ length: 5000 }, (_, i) => rule(0, i)))).toBeLessThanOrEqual(50_000)
})

test('a buffer that a document made large is used again for a small message', () => {
  const out = createBytes(8)
  streamOf(mixSpec({ 'MDM^T02': 1 }, { sizes: 2_000_000 })).render(1, out)
  const { bytes } = out
  const stream = streamOf(mixSpec({ 'MDM^T02': 1 }))
  expect(text(stream, 2, out)).toBe(text(stream, 2))
  expect(out.bytes).toBe(bytes)
  expect(field(text(stream, 2, out), 'MSH', 12)).toBe('2.5.1')
})
