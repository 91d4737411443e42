import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rungsTo } from '../../src/experiment/hash/ladder.ts'
import type { RunResult } from '../../src/model/result.ts'
import { answerHash, type HashPoint } from '../../src/report/hash/answer.ts'
import { fitLoad } from '../../src/report/hash/loadFit.ts'
import { type HashReport, renderHash, sentence } from '../../src/report/hash/terminal.ts'
import { createRandom } from '../../src/stats/random.ts'
import { loadResult, PLAIN, testCase, validRun } from './experiment.fixture.ts'

const LADDER = [1_000, 4_000, 16_000, 64_000, 256_000]

/** Runs of a machine whose hash takes a + b iterations, within a few per cent. */
function runsOf(a: number, b: number, noise = 0.03): HashPoint[] {
  const random = createRandom(11)
  return LADDER.flatMap(iterations =>
    Array.from({ length: 20 }, () => ({ iterations, seconds: (a + b * iterations) * (1 + noise * (random() - 0.5)) })),
  )
}

const demand = { records: 60_000_000, budgetSeconds: 5 * 86_400, cores: 2 }

describe('the answer', () => {
  test('is the count at which the hash takes what it may, a little less for what is not known', () => {
    const answer = answerHash(runsOf(20e-6, 200e-9), demand)!
    const exact = ((demand.budgetSeconds * demand.cores) / demand.records - 20e-6) / 200e-9
    expect(answer.most).toBeLessThanOrEqual(exact)
    expect(answer.most).toBeGreaterThan(0.97 * exact)
    expect(answer.slope.lower).toBeLessThan(200e-9)
    expect(answer.slope.upper).toBeGreaterThan(200e-9)
    expect(answer.mostWithTen).toBe('above')
    expect(answer.ruleOfCms).toBeGreaterThan(1_000)
  })

  test('never lies outside what was measured', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e-6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e-3, noNaN: true }),
        (slope, start) => {
          const { most, mostWithTen } = answerHash(runsOf(start, slope), demand)!
          for (const each of [most, mostWithTen])
            if (typeof each === 'number') {
              expect(each).toBeGreaterThanOrEqual(1_000)
              expect(each).toBeLessThanOrEqual(256_000)
            }
        },
      ),
      { numRuns: 50 },
    )
  })

  test('is `below` where not even the floor fits, and none for too few runs', () => {
    expect(answerHash(runsOf(1, 1e-3), demand)!.most).toBe('below')
    expect(answerHash(runsOf(20e-6, 200e-9).slice(0, 20), demand)).toBeNull()
  })
})

test('the ladder begins at the floor, rises evenly and reaches what was asked for', () => {
  const rungs = rungsTo(680_000)
  expect(rungs[0]).toBe(1_000)
  expect(rungs.at(-1)).toBeGreaterThanOrEqual(680_000)
  expect(rungs).toEqual(rungs.toSorted((a, b) => a - b))
})

const report = (points: readonly HashPoint[], more: Partial<HashReport> = {}): HashReport => ({
  demand,
  cores: 2,
  runs: points.length,
  pepper: 'random',
  places: { machine: answerHash(points, demand), clone: answerHash(points, demand) },
  load: null,
  stopped: 'complete',
  ...more,
})

test('thousands of hashes a second and long hashes are told in digits', () => {
  const slow = { style: PLAIN, glyphs: 'unicode', width: 80 } as const
  const fast = renderHash(report(runsOf(1e-6, 100e-9, 0)), slow)
  expect(fast).toMatch(/1,000 +101 us +19,802/)
  expect(renderHash(report(runsOf(0.05, 200e-9)), slow)).not.toMatch(/\de\+/)
})

test('what is hashed in a second is that of all cores, beside the time of one thread', () => {
  const text = renderHash(report(runsOf(0, 1e-6, 0), { cores: 4 }), { style: PLAIN, glyphs: 'unicode', width: 80 })
  expect(text).toMatch(/iterations +thread time +a second/)
  // 1 ms of a thread: a thousand a second on each of four cores.
  expect(text).toMatch(/1,000 +1 ms +4,000/)
})

test('the text begins with the answer, fits 80 columns and says what it does not know', () => {
  const text = renderHash(report(runsOf(20e-6, 200e-9)), { style: PLAIN, glyphs: 'unicode', width: 80 })
  expect(text.replace(/\n {2}/g, ' ')).toMatch(
    /^hl7bench: 60,000,000 records in 120 h on 2 cores can bear 7\d,\d{3} PBKDF2 iterations; with ten times/,
  )
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  expect(text).toContain('a random one was used')
  expect(sentence(report(runsOf(1, 1e-3)))).toMatch(/cannot bear even 1,000 iterations/)
  expect(sentence(report(runsOf(1e-9, 1e-12)))).toMatch(/more than 256,000 iterations, the highest rung/)
})

test('the load time of cases that vary the iterations is set against them, with the share of hashing', () => {
  const results = [1_000, 2_000, 4_000].flatMap((iterations, at) =>
    Array.from({ length: 6 }, (_, run): RunResult => {
      const records = 100
      const measuredMs = records * (1 + iterations / 1_000) + run
      const load = {
        ...loadResult([1]),
        measuredMs,
        hash: { iterations, threads: 2, records, threadMs: measuredMs, p50Ms: 1, p99Ms: 1 },
      }
      return validRun(6 * at + run, [load])
    }),
  )
  const fit = fitLoad([testCase()], results, null)!
  expect(fit.rungs.map(({ hashShare }) => hashShare)).toEqual([0.5, 0.5, 0.5])
  expect(fit.answer!.slope.estimate).toBeCloseTo(1e-6, 8)
  expect(fitLoad([testCase()], results.slice(0, 6), null)).toBeNull()
})
