import { expect, test } from 'vitest'
import type { CapacitySearch } from '../../src/model/capacity.ts'
import { renderCapacityMarkdown } from '../../src/report/capacity/markdown.ts'
import { carried, reported, search, withResults } from './capacity.fixture.ts'

const told = (searches: readonly CapacitySearch[], peakPerSecond: number, aim = {}) => {
  const report = reported(searches, { peakPerSecond, aim: { clones: searches.length, ...aim } })
  return { ...report.cases[0]!, text: renderCapacityMarkdown(report).replaceAll('\\', '') }
}
const clones = (count: number) => Array.from({ length: count }, (_, clone) => search(clone))

test('a peak is set against the load that is raised alone, over feeds as over its rate', () => {
  const beside = withResults(clones(6), result => ({
    ...result,
    loads: [carried(300), { ...carried(1_000), load: 'other' }],
  }))
  expect(told(beside, 400, { over: 'feeds' }).headroomShown).toBeCloseTo(0.75)
  expect(told(beside, 400, { over: 'feeds' }).headroom).toBeCloseTo(0.75)
})

test('what passed counts clone by clone: one that let less than the peak pass did not carry it', () => {
  // Of 400 messages due on the first clone.
  const one = withResults(clones(4), result => ({
    ...result,
    loads: [{ ...carried(400), acceptedInPhase: result.run.order < 2 ? 364 : 400 }],
  }))
  const short = told(one, 390)
  expect(short.headroom).toBeGreaterThan(1)
  expect(short.headroomShown).toBeCloseTo(364 / 390)
  expect(short.text).toContain('not shown: the least of 4 clones carried 364 msg/s < --peak 390')
  expect(told(one, 360).headroomShown).toBeGreaterThan(1)
})

test('a clone that was cut short after it had failed at the peak or below counts against the peak', () => {
  const cut = search(2, { ended: 'cut short', lower: 300, upper: 390 })
  const short = told([...clones(2), cut], 390)
  expect(short.headroom).toBeGreaterThan(1)
  expect(short).toMatchObject({ clones: 2, peakClones: { counted: 3, cutShort: 1 } })
  expect(short.headroomShown).toBeLessThan(1)
  expect(short.text).toContain('not shown: 1 of 3 clones failed at --peak 390 or below before their search ended early')
  const nothing = search(2, { ended: 'cut short', lower: null, upper: 390 })
  expect(told([nothing], 390)).toMatchObject({ headroom: null, headroomShown: 0 })
  const feeds = search(2, { ended: 'cut short' })
  expect(told([...clones(2), feeds], 400, { over: 'feeds' }).headroomShown).toBe(1)
  expect(told([...clones(2), feeds], 400, { over: 'feeds' }).peakClones!.cutShort).toBe(1)
})

test('a clone that was cut short and had not failed at the peak is missing, and the report says so', () => {
  const cut = search(2, { ended: 'cut short', lower: 300, upper: 500 })
  const open = told([...clones(2), cut], 390)
  expect(open).toMatchObject({ peakClones: { counted: 2, cutShort: 0 } })
  expect(open.headroomShown).toBeGreaterThan(1)
  expect(open.text).toContain('; not shown yet: 1 of 3 clones missing')
  expect(told(clones(2), 390).text).not.toContain('missing')
})
