import { expect, test } from 'vitest'
import type { TimeToDrain } from '../../src/model/feeds.ts'
import type { Row } from '../../src/model/row.ts'
import { figuresOfRow } from '../../src/report/rowMetrics.ts'
import { loadData } from '../../src/results/load-data.ts'
import { feedSpread } from '../../src/stats/feedSpread.ts'
import { loadResult } from '../report/experiment.fixture.ts'

const times = [...Array.from({ length: 9 }, (_, feed) => feed + 1), null, null]
const feeds = {
  aboveMs: 500,
  // The last feed had nothing to do: it is no slow one.
  arrivals: [...Array.from({ length: 10 }, () => 7), 0],
  accepted: [6, ...Array.from({ length: 8 }, () => 7), 5, 0],
  unanswered: [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0],
  p50Ms: times,
  p99Ms: times,
  maxMs: times,
}

test('a row tells how far the feeds are apart, and not what each of them did', () => {
  expect(loadData({ ...loadResult([1]), feeds }).feeds).toEqual({
    feeds: 11,
    withFailures: 2,
    p99: { p10: { ms: 1 }, p50: { ms: 5 }, p90: { ms: 9 }, worst: { above: 500 } },
  })
  expect(loadData(loadResult([1]))).not.toHaveProperty('feeds')
})

test('a row has the time to drain, or how long it was waited for', () => {
  expect(loadData({ ...loadResult([1]), drain: { ms: 80.123_456, aboveMs: null } }).drain).toEqual({ ms: 80.1235 })
  expect(loadData({ ...loadResult([1]), drain: { ms: null, aboveMs: 900 } }).drain).toEqual({ above: 900 })
  expect(loadData(loadResult([1]))).not.toHaveProperty('drain')
})

test('rows are compared by the time to drain, or by how long it was waited for', () => {
  const drainOf = (drain: TimeToDrain) => {
    const data = { loads: [loadData({ ...loadResult([1]), drain })] }
    return figuresOfRow({ data } as unknown as Row).find(({ path }) => path === 'mllp.drain')
  }
  expect(drainOf({ ms: 80, aboveMs: null })).toMatchObject({ figure: { value: 80, above: null }, better: 'lower' })
  expect(drainOf({ ms: null, aboveMs: 900 })).toMatchObject({ figure: { value: null, above: 900 } })
})

test('feeds without an arrival have no spread', () => {
  expect(feedSpread({ arrivals: [0, 0], accepted: [0, 0], p99Ms: [null, null] })).toEqual({
    feeds: 2,
    withFailures: 0,
    p99Ms: null,
  })
})
