import { expect, test } from 'vitest'
import { parseFhirFile } from '../../../src/workload/fhir/files.ts'

test('a json file is one resource, kept as it is but for the space around it', () => {
  const text = '{\n  "resourceType": "Patient"\n}'
  expect(parseFhirFile(`\ufeff${text}\n`, 'a.json')).toEqual({
    resources: [{ resourceType: 'Patient', text }],
    complaints: [],
  })
})

test('an ndjson file is one resource a line, blank lines apart', () => {
  const { resources, complaints } = parseFhirFile(
    '{"resourceType":"Patient"}\r\n\n{"resourceType":"Coverage"}\n',
    'a.ndjson',
  )
  expect(resources.map(({ resourceType }) => resourceType)).toEqual(['Patient', 'Coverage'])
  expect(complaints).toEqual([])
})

test('all that is wrong is told at once with its line', () => {
  const { resources, complaints } = parseFhirFile(
    '{"resourceType":"Patient"}\n{\n[]\n{"resourceType":"../etc"}\nnull',
    'a.ndjson',
  )
  expect(resources.length).toBe(1)
  expect(complaints.map(({ line, reason }) => `${line} ${reason.split(/[:;]/)[0]}`)).toEqual([
    '2 not JSON',
    '3 no resourceType',
    '4 no resourceType',
    '5 no resourceType',
  ])
})

test('a broken json file is a complaint that quotes the fault', () => {
  const { complaints } = parseFhirFile('{\n  "resourceType": "Patient",\n  "id": oops\n}', 'a.json')
  expect(complaints).toMatchObject([{ file: 'a.json', line: 1, reason: expect.stringContaining('oops') }])
})

test.each(['a.json', 'a.ndjson'])('an empty file is a complaint (%s)', name => {
  expect(parseFhirFile('\n \n', name).complaints).toMatchObject([
    { line: 1, reason: expect.stringMatching(/^no resource/) },
  ])
})
