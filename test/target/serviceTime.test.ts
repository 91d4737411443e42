import fc from 'fast-check'
import { expect, test } from 'vitest'
import { misbehaviourOf } from '../../src/target/faults.ts'
import { serviceTimeMs } from '../../src/target/serviceTime.ts'

test('a service time depends on nothing but seed and request', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('exponential' as const, 'lognormal' as const),
      fc.nat(),
      fc.nat(),
      (distribution, seed, request) => {
        const serviceTime = { distribution, meanMs: 8, cv: 0.5 }
        expect(serviceTimeMs(serviceTime, seed, request)).toBe(serviceTimeMs(serviceTime, seed, request))
        expect(serviceTimeMs(serviceTime, seed, request)).toBeGreaterThanOrEqual(0)
      },
    ),
  )
})

test.each([
  ['constant', 0],
  ['exponential', 1],
  ['lognormal', 0.5],
] as const)('%s service times have the mean asked for and a coefficient of variation of %d', (distribution, cv) => {
  const times = Array.from({ length: 50_000 }, (_, request) =>
    serviceTimeMs({ distribution, meanMs: 8, cv: 0.5 }, 3, request),
  )
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length
  const variance = times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / times.length
  expect(Math.abs(mean / 8 - 1)).toBeLessThan(0.03)
  expect(Math.abs(Math.sqrt(variance) / mean - cv)).toBeLessThan(0.03)
})

test('several faults on one request all count, their delays added', () => {
  const faults = [
    { kind: 'delay', every: 2, ms: 5 },
    { kind: 'delay', every: 3, ms: 7 },
    { kind: 'lose-ack', every: 6 },
    { kind: 'corrupt', every: 4 },
  ] as const
  expect(misbehaviourOf(faults, 1)).toMatchObject({ delayMs: 0, loseAck: false })
  expect(misbehaviourOf(faults, 4)).toMatchObject({ delayMs: 5, corrupt: true, loseAck: false })
  expect(misbehaviourOf(faults, 6)).toMatchObject({ delayMs: 12, corrupt: false, loseAck: true })
})
