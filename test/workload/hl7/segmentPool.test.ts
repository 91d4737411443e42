import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SegmentPool } from '../../../src/workload/hl7/segmentPool.ts'
import { createMessageState, createSlotFiller, type MessageState } from '../../../src/workload/hl7/slots.ts'
import { createIdentity } from '../../../src/workload/identity.ts'

const state: MessageState = {
  ...createMessageState(),
  ...{ index: 36, second: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000, patient: 123_456, born: 19_991_231 },
}
const encoder = new TextEncoder()
const filler = encoder.encode('FILLER')
const newPool = () => new SegmentPool(createSlotFiller(1, createIdentity('AAAAAA', 0)), text => encoder.encode(text))

function written(pool: SegmentPool, segment: number, fillerBytes: number): string {
  const out = new Uint8Array(4096).fill(0x2a)
  const end = pool.write(segment, filler, fillerBytes, state, out, 3)
  const text = Buffer.from(out).toString('latin1')
  expect(end).toBe(3 + pool.bytesOf(segment) + fillerBytes)
  expect([text.slice(0, 3), text.slice(end, end + 3)]).toEqual(['***', '***'])
  return text.slice(3, end)
}

test('slots of every kind are filled on both sides of a filler, which comes in part or not at all', () => {
  const pool = newPool()
  const segment = pool.add('A|{mrn}|{today}|', '|{born}|{identity}\r')
  expect(written(pool, segment, 0)).toBe('A|00123456|20260102030405||19991231|AAAAAA000000010\r')
  expect(written(pool, segment, 4)).toBe('A|00123456|20260102030405|FILL|19991231|AAAAAA000000010\r')
})

test('a segment reads the same however many others were added since, and whatever their length', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '|', '^'), maxLength: 600 })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 400 }), texts => {
      const pool = newPool()
      const segments = texts.map(([before, after]) => pool.add(before, after))
      for (const [i, [before, after]] of texts.entries()) {
        expect(written(pool, segments[i]!, 0)).toBe(before + after)
        expect(written(pool, segments[i]!, 6)).toBe(`${before}FILLER${after}`)
      }
    }),
    { numRuns: 20 },
  )
})
