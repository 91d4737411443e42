import { expect, test } from 'vitest'
import { createBytes } from '../../../src/workload/bytes.ts'
import { type CompiledMix, compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { createSizeRule } from '../../../src/workload/hl7/sizes.ts'
import { field, MIXTURE, mixSpec, streamOf, text } from './render.ts'

test.each([3000, 5000, 60_000, 64_000, 1_000_000])('every type is padded to about %d bytes', bytes => {
  for (const type of MESSAGE_TYPES) {
    const message = text(streamOf(mixSpec({ [type]: 1 }, { sizes: bytes })), 7)
    expect(Math.abs(message.length - bytes)).toBeLessThanOrEqual(80)
  }
})

test('a size below the template leaves it as it is', () => {
  const plain = text(streamOf(mixSpec({ 'ADT^A01': 1 })), 3)
  expect(text(streamOf(mixSpec({ 'ADT^A01': 1 }, { sizes: 10 })), 3)).toBe(plain)
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
