import { expect, test } from 'vitest'
import { fhir, loadInput, refusal, small } from './files.ts'

const attached = { kind: 'attached', fhir: 'http://127.0.0.1:8080/fhir' }
const start = 'server --port {fhirPort}'
const reads = { ...fhir, operations: [{ search: 'Patient' }, { read: 'Patient' }] }

test.each([
  ['an attached server', { environment: attached }],
  ['a server that is started afresh', { sut: { start } }],
])('reads by id of patients that are loaded into %s are refused, as it gives ids of its own', async (_, target) => {
  const { complaints } = await refusal(loadInput({ ...small, ...target, load: [reads] }))
  expect(complaints.map(({ path }) => path)).toEqual(['load[0].operations[1]'])
  expect(complaints[0]!.hint).toMatch(/search by identifier.*populate: 'never'/)
})

test('reads are taken where the ids are known: the built-in server, or one that holds them already', async () => {
  for (const scenario of [
    { load: [reads] },
    { environment: attached, load: [{ ...reads, populate: 'never' }] },
    { sut: { start }, load: [{ ...reads, populate: 'never' }] },
    { environment: attached, load: [{ ...reads, operations: [{ search: 'Patient' }] }] },
  ])
    await expect(loadInput({ ...small, ...scenario })).resolves.toBeDefined()
})
