import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fates } from '../../src/ledger/fate.ts'
import { OUTCOMES } from '../../src/model/exchange.ts'

const known = fc.record({
  position: fc.nat({ max: 5_000 }),
  outcome: fc.constantFrom(...OUTCOMES),
  attempts: fc.integer({ min: 0, max: 40 }),
})

test('every fate is told back as it was set, also after encoding, and attempts stop at 31', () => {
  fc.assert(
    fc.property(fc.array(known, { maxLength: 50 }), fc.nat({ max: 6_000 }), (settings, planned) => {
      const fates = new Fates()
      fates.plan(planned)
      const last = new Map<number, object>()
      for (const { position, outcome, attempts } of settings) {
        fates.set(position, outcome, attempts)
        last.set(position, { outcome, attempts: Math.min(attempts, 31) })
      }
      const decoded = Fates.decode(fates.encode())
      expect(decoded.planned).toBe(Math.max(planned, ...settings.map(({ position }) => position + 1)))
      for (const copy of [fates, decoded]) {
        for (const [position, fate] of last) expect(copy.get(position)).toEqual(fate)
        for (let position = 0; position < copy.planned; position += 97) {
          if (!last.has(position)) expect(copy.get(position)).toEqual({ outcome: null, attempts: 0 })
        }
      }
    }),
    { numRuns: 50 },
  )
})

test('entries that were answered with a failure are told back, also after encoding, and change no fate', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.nat({ max: 2 ** 32 - 1 }).map(String), fc.uniqueArray(fc.nat({ max: 9_999 }), { minLength: 1 })),
      refused => {
        const fates = new Fates()
        fates.set(0, 'rejected', 3)
        for (const [position, places] of Object.entries(refused)) fates.refuseEntries(Number(position), places)
        const decoded = Fates.decode(fates.encode())
        for (const [position, places] of Object.entries(refused))
          expect(decoded.refusedEntries(Number(position))).toEqual(places)
        expect(decoded.planned).toBe(1)
        expect(decoded.get(0)).toEqual({ outcome: 'rejected', attempts: 3 })
        if (refused[1] === undefined) expect(decoded.refusedEntries(1)).toBe(null)
      },
    ),
    { numRuns: 50 },
  )
})

test('a message beyond the planned ones was never reached', () => {
  expect(new Fates().get(7)).toEqual({ outcome: null, attempts: 0 })
})

test('planning fewer than before takes nothing back', () => {
  const fates = new Fates()
  fates.set(9, 'accepted', 1)
  fates.plan(3)
  expect(fates.planned).toBe(10)
})

test('a decoded ledger grows like one that was never encoded', () => {
  const fates = Fates.decode(new Fates().encode())
  fates.set(3_000, 'unknown', 2)
  expect(fates.planned).toBe(3_001)
  expect(fates.get(3_000)).toEqual({ outcome: 'unknown', attempts: 2 })
})
