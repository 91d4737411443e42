import { describe, expect, test } from 'vitest'
import type { Row } from '../../src/model/row.ts'
import { HistoryBook, type HistorySeries } from '../../src/report/history/book.ts'
import { changesOf } from '../../src/report/history/changes.ts'
import { exportHistory } from '../../src/report/history/exports.ts'
import { renderChanges, renderList, renderSeries } from '../../src/report/history/terminal.ts'
import { createRandom } from '../../src/stats/random.ts'
import { PLAIN } from './experiment.fixture.ts'

const terminal = { style: PLAIN, glyphs: 'unicode', width: 80 } as const
const random = createRandom(4)

const row = (experiment: number, p99: number, changes: Partial<Row> = {}, data: object = {}): Row => ({
  testCaseId: 'demo',
  branch: 'main',
  commit: `${experiment}`.repeat(40).slice(0, 40),
  version: '1',
  environmentId: 'process-x-2c',
  timestamp: `2026-11-${String(experiment + 1).padStart(2, '0')}T10:00:00Z`,
  execution: 1,
  durationMs: 1_000,
  records: 100,
  beneficiaries: null,
  data: {
    experiment: `e${experiment}`,
    digest: 'abc',
    state: 'valid',
    loads: [
      {
        load: 'mllp',
        workload: 'open',
        throughputPerSecond: 100,
        errorRatio: 0,
        quantiles: { response: { p50: { ms: 5 }, p99: { ms: p99 } } },
      },
    ],
    ...data,
  },
  ...changes,
})

function history(rows: readonly Row[]): readonly HistorySeries[] {
  const book = new HistoryBook()
  for (const each of rows) book.add(each)
  return book.series()
}

/** Experiments of eight runs whose p99 steps from 20 to 25 ms at the sixth. */
const stepped = Array.from({ length: 10 }, (_, experiment) =>
  Array.from({ length: 8 }, () => row(experiment, (experiment < 6 ? 20 : 25) + random())),
).flat()

describe('series', () => {
  test('never mix cases, digests or environments', () => {
    const series = history([
      row(1, 20),
      row(1, 20, { testCaseId: 'other' }),
      row(1, 20, { environmentId: 'ec2' }),
      row(1, 20, {}, { digest: 'edited' }),
    ])
    expect(series).toHaveLength(4)
  })

  test('count invalid and failed rows, and take no figure from them', () => {
    const [series] = history([row(1, 20), row(1, 900, {}, { state: 'invalid' }), row(1, 900, {}, { state: 'failed' })])
    expect(series!.experiments[0]).toMatchObject({ valid: 1, invalid: 1, failed: 1 })
    expect(series!.experiments[0]!.values.get('mllp.response.p99')).toEqual([20])
  })

  test('of rows that hl7bench did not write go by branch and commit, with their duration', () => {
    const foreign = { data: {}, branch: 'master' }
    const [series] = history([
      row(1, 0, { ...foreign, durationMs: 900 }),
      row(1, 0, { ...foreign, durationMs: 1_100 }),
      row(2, 0, foreign),
    ])
    expect(series).toMatchObject({ digest: null, headline: { path: 'duration' } })
    expect(series!.experiments).toHaveLength(2)
  })

  test('count a quantile without an answer as slower than any: losing messages never looks fast', () => {
    const lost = { loads: [{ load: 'mllp', workload: 'open', quantiles: { response: { p99: { above: 10_000 } } } }] }
    const [series] = history([row(1, 20), row(2, 20, {}, lost), row(2, 20, {}, lost), row(2, 20)])
    const text = renderSeries(series!, series!.headline!, [], terminal)
    expect(text).toMatch(/n 3 {2}no answer/)
    expect(exportHistory([series!], 'bmf', 'mllp.response.p99')).toBe('{}\n')
    expect(exportHistory([series!], 'otava', 'mllp.response.p99').trim().split('\n').at(-1)).toMatch(/,e2,$/)
  })

  test('keep the arms of a comparison apart', () => {
    const [series] = history([
      row(1, 20, { commit: 'a' }, { arm: 'baseline' }),
      row(1, 21, { commit: 'b' }, { arm: 'candidate' }),
    ])
    expect(series!.experiments.map(({ commit }) => commit)).toEqual(['a', 'b'])
  })
})

describe('changes', () => {
  test('are found on medians of experiments, with direction and size', () => {
    const changes = changesOf(history(stepped))
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatchObject({
      metric: { path: 'mllp.response.p99' },
      isSlower: true,
      point: { experiment: { id: 'e6' } },
    })
    expect(changes[0]!.ratio).toBeCloseTo(1.25, 1)
  })

  test('of throughput are slower when it falls', () => {
    const rows = stepped.map((_, at) =>
      row(
        Math.floor(at / 8),
        20,
        {},
        {
          loads: [{ load: 'mllp', workload: 'closed', throughputPerSecond: at < 48 ? 100 + random() : 80 + random() }],
        },
      ),
    )
    expect(changesOf(history(rows))).toMatchObject([{ isSlower: true }])
  })
})

describe('changes of many metrics', () => {
  /** One run for each of 20 experiments, its 20 metrics independent of each other; those named step at the eleventh. */
  const rowsOf = (steps: readonly number[]) =>
    Array.from({ length: 20 }, (_, experiment) => {
      const loads = Array.from({ length: 20 }, (_, load) => {
        const ms = 20 - 2 * Math.log(1 - random()) + (steps.includes(load) && experiment >= 10 ? 10 : 0)
        return { load: `l${load}`, workload: 'open', quantiles: { response: { p99: { ms } } } }
      })
      return row(experiment, 0, {}, { loads })
    })

  test('are told in about 5 % of the histories in which nothing changed', () => {
    let alarms = 0
    for (let nth = 0; nth < 100; nth++) if (changesOf(history(rowsOf([]))).length > 0) alarms++
    // Binomial with n = 100 and p = 0.05 exceeds 12 about once in 700.
    expect(alarms).toBeLessThanOrEqual(12)
  }, 30_000)

  test('are found where one metric of twenty changed, and where four of them did', () => {
    for (const steps of [[7], [0, 5, 11, 19]]) {
      const found = changesOf(history(rowsOf(steps)))
      expect(found.map(({ metric }) => metric.path)).toEqual(
        expect.arrayContaining(steps.map(at => `l${at}.response.p99`)),
      )
      expect(found.length).toBeLessThanOrEqual(steps.length + 1)
    }
  })

  test('count those of every series that was looked at', () => {
    const alone = changesOf(history(stepped))
    const others = stepped.map((_, at) => row(Math.floor(at / 8), 20 + random(), { testCaseId: 'other' }))
    const among = changesOf(history([...stepped, ...others]))
    expect(alone).toHaveLength(1)
    expect(among.find(({ metric }) => metric.path === 'mllp.response.p99')?.p ?? 1).toBeGreaterThan(alone[0]!.p)
  })
})

describe('as text', () => {
  const series = history(stepped)

  test('fits 80 columns and marks the change', () => {
    const text =
      renderList(series, terminal) + renderSeries(series[0]!, series[0]!.headline!, changesOf(series), terminal)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toContain('10 experiments from 2026-11-01 to 2026-11-10, 80 valid')
    expect(text.replace(/\n {2}/g, ' ')).toMatch(/2026-11-07.*<- slower \+2\d %/)
    expect(renderChanges([], terminal)).toContain('no lasting change seen')
    expect(renderList([], terminal)).toBe('no rows\n')
  })
})

describe('exports', () => {
  const series = history(stepped)

  test('for Bencher are benchmark, measure, value and bounds of the newest experiment', () => {
    const bmf = JSON.parse(exportHistory(series, 'bmf', null)) as Record<
      string,
      Record<string, { value: number; lower_value: number }>
    >
    expect(Object.keys(bmf)).toEqual(['demo'])
    expect(bmf.demo!['mllp.response.p99']!.value).toBeGreaterThan(25)
    expect(bmf.demo!['mllp.response.p99']!.lower_value).toBeLessThanOrEqual(bmf.demo!['mllp.response.p99']!.value)
  })

  test('for github-action-benchmark hold only what is better smaller, or only what is better bigger', () => {
    const names = (format: 'github-smaller' | 'github-bigger') =>
      (JSON.parse(exportHistory(series, format, null)) as { name: string; unit: string; value: number }[]).map(
        ({ name }) => name,
      )
    expect(names('github-bigger')).toEqual(['demo mllp.throughput'])
    expect(names('github-smaller')).toEqual(['demo mllp.response.p50', 'demo mllp.response.p99', 'demo mllp.errors'])
  })

  test('for Otava are a CSV with time, branch, commit and a column for each metric', () => {
    const [header, ...lines] = exportHistory(series, 'otava', 'mllp.response.p99').trim().split('\n')
    expect(header).toBe('time,branch,commit,experiment,demo.mllp.response.p99')
    expect(lines).toHaveLength(10)
    expect(lines[0]).toMatch(/^2026-11-01T10:00:00Z,main,0{40},e0,20\.\d+$/)
  })
})

describe('exports of a case with several series', () => {
  const FORMATS = ['bmf', 'github-smaller', 'otava'] as const
  const text = (rows: readonly Row[], format: (typeof FORMATS)[number]) =>
    exportHistory(history(rows), format, 'mllp.response.p99')

  // The newest has the least digest, the largest or one between.
  test.each(['a', 'm', 'z'])('hold its newest series alone, whatever its digest (%s)', digest => {
    const rows = [row(1, 10, {}, { digest: 'b' }), row(3, 30, {}, { digest }), row(2, 20, {}, { digest: 'n' })]
    expect(JSON.parse(text(rows, 'bmf'))).toEqual({ demo: { 'mllp.response.p99': { value: 30 } } })
    expect(JSON.parse(text(rows, 'github-smaller'))).toMatchObject([{ name: 'demo mllp.response.p99', value: 30 }])
    expect(text(rows, 'otava').trim().split('\n')).toEqual([
      'time,branch,commit,experiment,demo.mllp.response.p99',
      expect.stringMatching(/,e3,30$/),
    ])
  })

  test('name the environment where there are several, so that no name comes twice', () => {
    const rows = [
      row(1, 10, { environmentId: 'ec2' }),
      row(1, 20, { environmentId: 'netns' }),
      row(1, 30, { testCaseId: 'other' }),
    ]
    expect(JSON.parse(text(rows, 'bmf'))).toEqual({
      'demo on ec2': { 'mllp.response.p99': { value: 10 } },
      'demo on netns': { 'mllp.response.p99': { value: 20 } },
      other: { 'mllp.response.p99': { value: 30 } },
    })
    expect(JSON.parse(text(rows, 'github-smaller'))).toMatchObject([
      { name: 'demo on ec2 mllp.response.p99' },
      { name: 'demo on netns mllp.response.p99' },
      { name: 'other mllp.response.p99' },
    ])
    expect(text(rows, 'otava').split('\n')[0]).toBe(
      'time,branch,commit,experiment,demo on ec2.mllp.response.p99,demo on netns.mllp.response.p99,other.mllp.response.p99',
    )
  })
})
