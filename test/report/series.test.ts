import { expect, test } from 'vitest'
import type { Tick } from '../../src/model/generator.ts'
import { typicalSeries } from '../../src/report/series.ts'
import { loadResult, validRun } from './experiment.fixture.ts'

const tick = (atMs: number, accepted: number): Tick => ({
  atMs,
  phase: 'measure',
  arrivals: accepted,
  accepted,
  failed: 0,
  outstanding: 0,
  p50Ms: null,
  p99Ms: null,
})

test('throughput over time is that of all generators, although no two of them tick at the very same time', () => {
  const ticks = [250, 500, 750].flatMap(atMs => [tick(atMs + 0.4, 50), tick(atMs + 1.1, 50)])
  // The last tick comes with the end, just after another.
  const loads = [{ ...loadResult([10]), ticks: [...ticks, tick(755, 1)] }]
  const points = typicalSeries('mllp', [validRun(0, loads)])!.points
  expect(points.map(({ acceptedPerSecond }) => Math.round(acceptedPerSecond / 10))).toEqual([40, 40, 40])
})
