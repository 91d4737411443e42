import { expect, test } from 'vitest'
import { eDivisive } from '../../src/stats/eDivisive.ts'
import { jointChanges } from '../../src/stats/jointChanges.ts'
import { createRandom } from '../../src/stats/random.ts'

const OPTIONS = { seed: 1, level: 0.05 }
const random = createRandom(11)

const noise = (length: number) => Array.from({ length }, () => 100 - 5 * Math.log(1 - random()))
const many = (count: number, length: number) => Array.from({ length: count }, () => noise(length))
const stepped = (length: number, by: number) => noise(length).map((value, at) => (at < length / 2 ? value : value + by))

test('twenty series without a change show any in about 5 % of the cases', () => {
  let alarms = 0
  for (let nth = 0; nth < 200; nth++) if (jointChanges(many(20, 20), OPTIONS).some(found => found.length > 0)) alarms++
  // Binomial with n = 200 and p = 0.05 exceeds 20 about once in 700.
  expect(alarms).toBeLessThanOrEqual(20)
}, 30_000)

test('among those said to change, the false ones are about 5 %, and most that do change are among them', () => {
  let [share, found] = [0, 0]
  for (let nth = 0; nth < 60; nth++) {
    const changes = jointChanges([...Array.from({ length: 4 }, () => stepped(20, 15)), ...many(16, 20)], OPTIONS)
    const [right, wrong] = [changes.slice(0, 4), changes.slice(4)].map(part => part.filter(({ length }) => length > 0))
    found += right!.length
    share += wrong!.length / Math.max(1, right!.length + wrong!.length)
  }
  expect(share / 60).toBeLessThan(0.09)
  expect(found / 240).toBeGreaterThan(0.9)
}, 30_000)

test('one change among 300 series is found, though p must be smaller than a thousand permutations can make it', () => {
  const changes = jointChanges([...many(299, 20), stepped(20, 40)], OPTIONS)
  expect(changes.at(-1)).toMatchObject([{ index: 10 }])
  expect(changes.at(-1)![0]!.p).toBeLessThanOrEqual(0.05)
}, 30_000)

test('a series alone has the p of its permutation test, and one that never varies does not count', () => {
  const series = stepped(30, 20)
  const alone = eDivisive(series, OPTIONS)!
  expect(jointChanges([series], OPTIONS)).toEqual([alone])
  expect(jointChanges([[1, 1, 1, 1, 1], series, [1, 2]], OPTIONS)).toEqual([[], alone, []])
  expect(jointChanges([], OPTIONS)).toEqual([])
})
