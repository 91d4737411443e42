import { expect, test } from 'vitest'
import { fhirTarget } from '../fixtures/target.ts'
import { fhirPlan, generate } from './fhirLoad.ts'

const totalOf = async (url: string) =>
  ((await (await fetch(`${url}&_summary=count`)).json()) as { total: number }).total

test.each(['json', 'xml'] as const)(
  'every entry of a batch is created once and counted, gzipped, in %s',
  async format => {
    const { port, base } = await fhirTarget()
    const operations = [{ kind: 'batch', resource: 'Patient', size: 5, weight: 1 }] as const
    const result = await generate(fhirPlan({ host: '127.0.0.1', port }, { operations, format, compress: true }))
    expect(result.reasons).toEqual({})
    expect(result.total.accepted).toBe(40)
    expect(result.counts).toEqual({ entries: 200 })
    expect(await totalOf(`${base}/Patient?_total=accurate`)).toBe(200)
  },
)

test('patients of one transaction have identities, hashes and references of their own', async () => {
  const { port, base } = await fhirTarget()
  const operations = [{ kind: 'transaction', size: 4, weight: 1 }] as const
  const plan = fhirPlan({ host: '127.0.0.1', port }, { operations })
  const first = await generate(plan)
  expect(first.reasons).toEqual({})
  expect(first.counts).toEqual({ entries: 40 * 12 })
  const again = await generate(plan)
  expect(again.total.accepted).toBe(40)
  for (const type of ['Patient', 'Coverage', 'ExplanationOfBenefit'])
    expect(await totalOf(`${base}/${type}?_total=accurate`)).toBe(160)
  const page = (await (await fetch(`${base}/Patient?_count=1000`)).json()) as {
    entry: { resource: { id: string; identifier: { value: string }[] } }[]
  }
  const hashes = page.entry.map(({ resource }) => resource.identifier[1]!.value)
  expect(new Set(hashes).size).toBe(160)
  for (const { resource } of page.entry.slice(0, 10))
    expect(await totalOf(`${base}/Coverage?beneficiary=Patient/${resource.id}`)).toBe(1)
})
