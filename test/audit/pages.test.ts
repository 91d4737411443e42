import { expect, onTestFinished, test } from 'vitest'
import { ANY_MACHINE, clear, hl7bench, rowsOf, workplace, writeScenario } from '../fixtures/commandLine.ts'

test('a search is one message of the audit, however many pages it has', async () => {
  const place = workplace()
  onTestFinished(() => clear(place))
  const file = writeScenario(place, {
    name: 'pages',
    load: [
      {
        protocol: 'fhir',
        connections: 2,
        workload: { kind: 'closed', records: 60 },
        population: 20,
        operations: [
          { search: 'Patient', by: 'all', pageSize: 6, pageLimit: 10, expectTotal: 20 },
          { search: 'Coverage', by: 'all', method: 'GET', pageSize: 6, pageLimit: 2 },
        ],
      },
    ],
    phases: { measureMs: 100_000, drainMs: 3_000 },
    validity: ANY_MACHINE,
    runs: 1,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results])
  expect(ended.code, ended.stderr).toBe(0)
  const [row] = rowsOf(place)
  expect(row?.audit).toMatchObject({ planned: 60, terms: { once: 60, duplicated: 0 }, foreign: 0 })
  expect(ended.stderr + ended.stdout).toMatch(/counted: matches [\d,]+, pages [\d,]+, page-limit-reached \d+/)
})
