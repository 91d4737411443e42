import { expect, onTestFinished, test } from 'vitest'
import { ANY_MACHINE, clear, hl7bench, rowsOf, workplace, writeScenario } from '../fixtures/commandLine.ts'

const sizes = { ladder: [200, 1000, 1460, 9000, 100_000] }

test.each([
  ['8859/1', 'json'],
  ['utf-8', 'xml'],
])(
  'messages of every size with names in %s, and a skewed population of the same names in FHIR (%s), arrive as they were made',
  async (charset, format) => {
    const place = workplace()
    onTestFinished(() => clear(place))
    const file = writeScenario(place, {
      name: 'content',
      load: [
        {
          protocol: 'mllp',
          workload: { kind: 'closed', records: 300 },
          messages: { sizes, charset, population: { size: 50, skew: 1 } },
        },
        {
          protocol: 'fhir',
          connections: 2,
          workload: { kind: 'closed', records: 100 },
          population: { size: 20, skew: 1.2 },
          charset,
          operations: [
            { search: 'Patient', expectTotal: 1 },
            { create: 'Patient', conditional: true },
            { transaction: 'patient' },
          ],
          format,
          parseShare: 0.5,
        },
      ],
      phases: { measureMs: 100_000, drainMs: 3_000 },
      validity: ANY_MACHINE,
      runs: 1,
    })
    const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
    expect(ended.code, ended.stderr).toBe(0)
    const [row] = rowsOf(place)
    expect(row?.audit).toMatchObject({ planned: 400, terms: { once: 400, corrupted: 0 }, foreign: 0 })
  },
)
