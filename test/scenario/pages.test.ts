import { expect, test } from 'vitest'
import { describeWorkload } from '../../src/report/workload.ts'
import { fhir, loadInput, refusal, small } from './files.ts'

const loadOf = async (...operations: object[]) =>
  (await loadInput({ ...small, load: [{ ...fhir, operations }] })).scenario.load[0]!

test('one page is read, of the size that the server likes, unless the scenario says otherwise', async () => {
  const load = await loadOf({ search: 'Patient' }, { search: 'Coverage', by: 'all', pageSize: 50, pageLimit: 20 })
  const common = { kind: 'search', method: 'POST', expectTotal: null, weight: 1 }
  expect(load).toMatchObject({ populate: 'before' })
  expect('operations' in load && load.operations).toEqual([
    { ...common, resource: 'Patient', by: 'hicnHash' },
    { ...common, resource: 'Coverage', by: 'all', pageSize: 50, pageLimit: 20 },
  ])
})

test('reports say how many pages are read', async () => {
  const words = async (pageLimit: number) => describeWorkload(await loadOf({ search: 'Patient', pageLimit }))
  expect(await words(20)).toContain('up to 20 pages a search')
  expect(await words(1)).not.toContain('pages')
})

test('how many pages are read tells cases apart', async () => {
  const digest = async (search: object) =>
    (await loadInput({ ...small, load: [{ ...fhir, operations: [{ search: 'Patient', ...search }] }] })).cases[0]!
      .digest
  expect(await digest({})).toBe(await digest({ pageLimit: 1 }))
  expect(new Set([await digest({}), await digest({ pageLimit: 2 }), await digest({ pageSize: 2 })]).size).toBe(3)
})

test.each([{ pageLimit: 0 }, { pageLimit: 1_001 }, { pageLimit: 1.5 }, { pageSize: 0 }, { pageSize: 10_001 }])(
  '%j is refused',
  async setting => {
    const operations = [{ search: 'Patient', ...setting }]
    const { complaints } = await refusal(loadInput({ ...small, load: [{ ...fhir, operations }] }))
    expect(complaints).toMatchObject([{ path: `load[0].operations[0].${Object.keys(setting)[0]}` }])
  },
)

test('autocannon reads no further pages: each search that asks for some is told', async () => {
  const operations = [
    { search: 'Patient', pageLimit: 3 },
    { search: 'Patient', pageSize: 3 },
    { search: 'Coverage', by: 'all', pageLimit: 2 },
  ]
  const { complaints } = await refusal(loadInput({ ...small, load: [{ ...fhir, engine: 'autocannon', operations }] }))
  expect(complaints.map(({ path, expected, found }) => `${path}: ${expected}, found ${found}`)).toEqual([
    "load[0].operations[0].pageLimit: 1 with engine 'autocannon', found 3",
    "load[0].operations[2].pageLimit: 1 with engine 'autocannon', found 2",
  ])
})
