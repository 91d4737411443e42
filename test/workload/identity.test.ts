import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdentity, IDENTITY_LENGTH, MAX_INDEX } from '../../src/workload/identity.ts'

const runKeys = fc.stringMatching(/^[0-9A-Z]{6}$/)
const loads = fc.integer({ min: 0, max: 35 })
const indexes = fc.oneof(
  fc.nat(),
  fc.maxSafeNat().map(n => n % (MAX_INDEX + 1)),
  fc.constantFrom(0, 36 ** 4 - 1, 36 ** 4, MAX_INDEX),
)

test('what is written is parsed back, at any place', () => {
  fc.assert(
    fc.property(runKeys, loads, indexes, fc.integer({ min: 0, max: 20 }), (runKey, load, index, at) => {
      const identity = createIdentity(runKey, load)
      const out = new Uint8Array(40)
      identity.write(index, out, at)
      expect(identity.parse(out, at, IDENTITY_LENGTH)).toBe(index)
      expect(new TextDecoder().decode(out.subarray(at, at + IDENTITY_LENGTH))).toBe(identity.text(index))
    }),
  )
})

test('an identity is run key, load and index in base 36', () => {
  expect(createIdentity('RUN001', 35).text(36 ** 3 + 11)).toBe('RUN001Z0000100B')
})

test('identities of another run or load, of another length, or in lower case are not ours', () => {
  const own = createIdentity('ABC123', 1)
  const encode = (text: string) => new TextEncoder().encode(text)
  const parse = (text: string) => own.parse(encode(text), 0, text.length)
  expect(parse(own.text(5))).toBe(5)
  expect(parse(createIdentity('ABC124', 1).text(5))).toBe(-1)
  expect(parse(createIdentity('ABC123', 2).text(5))).toBe(-1)
  expect(parse(own.text(5).slice(0, 14))).toBe(-1)
  expect(parse(`${own.text(5)}0`)).toBe(-1)
  expect(parse('ABC1231000000a5')).toBe(-1)
  expect(parse('ABC1231000 0005')).toBe(-1)
})

test('bytes that end too early are not an identity', () => {
  const own = createIdentity('ABC123', 1)
  const bytes = new Uint8Array(IDENTITY_LENGTH)
  own.write(5, bytes, 0)
  expect(own.parse(bytes.subarray(0, 10), 0, IDENTITY_LENGTH)).toBe(-1)
})

test('a bad run key or load is refused', () => {
  expect(() => createIdentity('abc123', 0)).toThrow(/six digits/)
  expect(() => createIdentity('ABC12', 0)).toThrow(/six digits/)
  expect(() => createIdentity('ABC123', 36)).toThrow(/0 to 35/)
})
