import { expect, test } from 'vitest'
import { metricOf } from '../../src/report/metrics.ts'
import { load, loadResult, validRun } from './experiment.fixture.ts'

test('the duration of fixed work that was cut off is a lower bound', () => {
  const done = loadResult([10, 11])
  const cut = { ...done, total: { ...done.total, unfinished: 5 } }
  const durationOf = (result: typeof done) =>
    metricOf(load(), 'duration', [validRun(0, [result])])!.readings.map(({ value }) => value)
  expect(durationOf(done)).toEqual([{ value: done.measuredMs, above: null }])
  expect(durationOf(cut)).toEqual([{ value: null, above: done.measuredMs }])
})
