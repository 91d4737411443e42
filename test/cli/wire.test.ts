import { expect, onTestFinished, test } from 'vitest'
import { ANY_MACHINE, clear, hl7bench, rowsOf, workplace, writeScenario } from '../fixtures/commandLine.ts'

interface Told {
  readonly audit: unknown
  readonly loads: readonly {
    readonly total: Readonly<Record<string, number>>
    readonly quantiles: Readonly<Record<string, { readonly p50: { readonly ms: number } }>>
    readonly ackErrors?: unknown
  }[]
}

/** One run of 200 messages through the built command line: the row's data, and the metrics of the report. */
async function run(load: object, faults: readonly object[], slo: object = {}) {
  const place = workplace()
  onTestFinished(() => clear(place))
  const file = writeScenario(place, {
    name: 'wire',
    sut: { builtin: { mllp: { serviceTime: { meanMs: 5 }, faults } } },
    load: [
      {
        protocol: 'mllp',
        feeds: 4,
        workload: { kind: 'closed', records: 200 },
        timeoutMs: 5_000,
        messages: { sizes: 'template' },
        ...load,
      },
    ],
    phases: { measureMs: 100_000, drainMs: 5_000 },
    validity: ANY_MACHINE,
    slo,
    runs: 1,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet', '--json'])
  expect(ended.code, ended.stderr).toBe(0)
  const [row] = rowsOf(place) as unknown as [Told]
  return { row, report: JSON.parse(ended.stdout).cases[0] as { metrics: { path: string }[]; ackErrors: unknown } }
}

test('an enhanced load has the commit as a second clock, in report, row and SLO', async () => {
  const { row, report } = await run({ acknowledgement: 'enhanced' }, [], { 'mllp.commit.p99': '< 5 s' })
  const { commit, service } = row.loads[0]!.quantiles
  expect(commit!.p50.ms).toBeGreaterThan(0)
  expect(service!.p50.ms).toBeGreaterThan(commit!.p50.ms)
  expect(report.metrics.map(({ path }) => path)).toContain('mllp.commit.p99')
  expect(row.audit).toMatchObject({ terms: { once: 200, lost: 0 } })
})

test('a load in original mode says nothing of commits', async () => {
  const { row, report } = await run({}, [])
  expect(Object.keys(row.loads[0]!.quantiles)).not.toContain('commit')
  expect(report.metrics.map(({ path }) => path)).not.toContain('mllp.commit.p99')
})

test('an HLLP load is answered by a receiver that speaks it, refusals included, and rejections are explained', async () => {
  const faults = [
    { kind: 'nak', every: 50 },
    { kind: 'reject', every: 99 },
  ]
  const { row, report } = await run({ transport: 'hllp', checksum: 'sum' }, faults)
  expect(row.loads[0]!.total).toMatchObject({ accepted: 194, rejected: 6 })
  expect(row.audit).toMatchObject({ terms: { once: 194, rejected: 6, lost: 0 } })
  const name = 'AE 207 Application internal error, E'
  expect(row.loads[0]!.ackErrors).toEqual({ [name]: 2 })
  expect(report.ackErrors).toEqual([{ load: 'mllp', name, count: 2, runs: 1 }])
})
