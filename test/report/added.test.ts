import { expect, test } from 'vitest'
import type { CapacityAim, CapacitySearch } from '../../src/model/capacity.ts'
import { addedOf } from '../../src/report/capacity/added.ts'
import { search } from './capacity.fixture.ts'
import { loadResult, validRun } from './experiment.fixture.ts'

/** One search on each clone at one load; null = too many of its messages got no answer for a p99. */
const searches = (responsesMs: readonly (number | null)[]): CapacitySearch[] =>
  responsesMs.map((ms, clone) => {
    const load = loadResult(Array(100).fill(ms ?? 5), ms === null ? 5 : 0)
    const [kept] = search(clone).trials
    return { ...search(clone), trials: [{ ...kept!, load: 400, result: validRun(clone, [load]) }] }
  })

const added = (own: readonly (number | null)[], reference: readonly (number | null)[]) =>
  addedOf({ load: 'mllp' } as CapacityAim, searches(own), searches(reference))!.p99Ms

test('what a VPN adds ranks a clone without an answer as slower than any other, and has no interval then', () => {
  const calm = Array<number>(8).fill(10)
  expect(added(Array(8).fill(14), calm)).toMatchObject({
    pairs: 8,
    ms: expect.closeTo(4, 0),
    interval: { lower: expect.closeTo(4, 0) },
  })
  expect(added(calm, calm)).toMatchObject({ pairs: 8, ms: 0, interval: { lower: 0, upper: 0 } })
  expect(added([...Array(6).fill(14), null, null], calm)).toMatchObject({
    pairs: 8,
    ms: expect.closeTo(4, 0),
    interval: null,
  })
  expect(added([14, 14, null, null, null, null], calm)).toBe(null)
})

test('clones on which neither way has an answer tell nothing of what is added', () => {
  expect(added([14, null], [10, null])).toMatchObject({ pairs: 1, ms: expect.closeTo(4, 0) })
  expect(added([null], [null])).toBe(null)
  expect(added([14, null, 14], [null, 10, 10])).toBe(null)
})
