import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom, hash32, normal, seedOf, shuffle, uniform } from '../../src/workload/random.ts'

const DRAWS = 64_000

/** Chi-square of counts that should all be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function count(cells: number, cellOf: (i: number) => number): number[] {
  const counts = new Array<number>(cells).fill(0)
  for (let i = 0; i < DRAWS; i++) counts[cellOf(i)]! += 1
  return counts
}

// 255 degrees of freedom: the 0.9999 quantile of chi-square is 347.
const LIMIT = 347

test.each([0, 1, 2, 4_294_967_295, 2 ** 40 + 1])('uniform fills 256 cells evenly under seed %d', seed => {
  expect(chiSquare(count(256, i => Math.floor(uniform(seed, 1, i) * 256)))).toBeLessThan(LIMIT)
})

test('the low bits are as even as the high ones', () => {
  expect(chiSquare(count(256, i => hash32(1, 1, i) & 255))).toBeLessThan(LIMIT)
})

test.each([
  ['indexes', (i: number) => [uniform(1, 1, i), uniform(1, 1, i + 1)]],
  ['streams', (i: number) => [uniform(1, 1, i), uniform(1, 2, i)]],
  ['seeds', (i: number) => [uniform(1, 1, i), uniform(2, 1, i)]],
])('neighbouring %s are independent', (_name, pair) => {
  const cells = count(256, i => {
    const [a, b] = pair(i) as [number, number]
    return Math.floor(a * 16) * 16 + Math.floor(b * 16)
  })
  expect(chiSquare(cells)).toBeLessThan(LIMIT)
})

test('one changed bit of the index changes half of the bits', () => {
  let changed = 0
  for (let i = 0; i < 32_000; i++) {
    let bits = hash32(7, 3, i) ^ hash32(7, 3, i ^ (1 << (i % 32)))
    for (; bits !== 0; bits &= bits - 1) changed++
  }
  expect(changed / 32_000).toBeGreaterThan(15.8)
  expect(changed / 32_000).toBeLessThan(16.2)
})

test('a stream is not a shifted copy of another', () => {
  const first = new Set(Array.from({ length: 2000 }, (_, i) => hash32(1, 1, i)))
  const shared = Array.from({ length: 2000 }, (_, i) => hash32(1, 2, i)).filter(h => first.has(h))
  expect(shared.length).toBeLessThan(5)
})

test('indexes and seeds beyond 32 bits count in full', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), low => {
      expect(hash32(1, 1, low)).not.toBe(hash32(1, 1, low + 2 ** 32))
      expect(hash32(low, 1, 1)).not.toBe(hash32(low + 2 ** 32, 1, 1))
    }),
  )
})

test('known values never change, for a history of results depends on them', () => {
  expect([hash32(1, 2, 3), hash32(1, 2, 2 ** 33), seedOf('hl7bench')]).toMatchInlineSnapshot(`
    [
      3474368788,
      882929429,
      1396864039,
    ]
  `)
  const random = createRandom(1)
  expect([random(), random(), random()]).toMatchInlineSnapshot(`
    [
      0.15849860268644989,
      0.8692214507609606,
      0.09432925540022552,
    ]
  `)
})

test('the sequential generator is even and starts anew from its seed', () => {
  const random = createRandom(5)
  expect(chiSquare(count(256, () => Math.floor(random() * 256)))).toBeLessThan(LIMIT)
  expect(createRandom(5)()).toBe(createRandom(5)())
  expect(createRandom(5)()).not.toBe(createRandom(6)())
})

test('normal variates have mean 0 and variance 1', () => {
  let sum = 0
  let squares = 0
  for (let i = 0; i < DRAWS; i++) {
    const x = normal(1, 10, i)
    sum += x
    squares += x * x
  }
  expect(Math.abs(sum / DRAWS)).toBeLessThan(0.02)
  expect(Math.abs(squares / DRAWS - 1)).toBeLessThan(0.03)
})

test('a shuffle keeps the items and gives each of the six orders of three as often', () => {
  const random = createRandom(9)
  const seen = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const order = shuffle([1, 2, 3], random).join('')
    seen.set(order, (seen.get(order) ?? 0) + 1)
  }
  expect([...seen.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321'])
  expect(chiSquare([...seen.values()])).toBeLessThan(25.7) // 0.9999 quantile, 5 degrees of freedom
})
