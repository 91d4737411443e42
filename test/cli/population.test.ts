import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, FHIR, place, serve, small, write } from './support.ts'

test('a server that outlives its runs holds the same patients in all of them, found once by record number and by hash', async () => {
  const here = place()
  const environment = { kind: 'attached', fhir: await serve(here, 'fhir', []) }
  const operations = ['identifier', 'hicnHash'].map(by => ({ search: 'Patient', by, expectTotal: 1 }))
  const file = write(here, 's.json', small({ environment, load: [{ ...FHIR, population: 5, operations }], runs: 3 }))
  for (const rows of [3, 6]) {
    const ended = await hl7bench(here, ['run', file, '--results', here.results, ...ANY_MACHINE_FLAGS])
    expect(ended.code, ended.stderr + ended.stdout).toBe(0)
    expect(rowsOf(here)).toHaveLength(rows)
    expect(ended.stdout).not.toContain('ALARM')
  }
}, 90_000)
