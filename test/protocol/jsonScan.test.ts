import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanJsonAccepts } from '../../src/protocol/json/scan.ts'

const accepts = (text: string, type: string | null = 'Bundle', total: number | null = 1) =>
  scanJsonAccepts(Buffer.from(text), type, total)

test.each([
  '{"resourceType":"Bundle","total":1}',
  '{"resourceType":"Bundle","total":1,"entry":[{"resource":{"resourceType":"Patient","total":7}}]}',
  ' {\n  "id" : "a\\"b" ,\n  "meta" : { "x" : [ 1 , "}" ] } ,\r\n\t"total" : 1 ,\n  "resourceType" : "Bundle"\n}\n',
  '{"entry":[{"resource":{"resourceType":"Claim","total":{"value":9}}}],"a":-1.5e3,"b":null,"total":1,"resourceType":"Bundle"}',
])('the ordinary reply %s is accepted without being parsed', text => {
  expect(accepts(text)).toBe(true)
})

test.each([
  ['a total that only an entry has', '{"resourceType":"Bundle","entry":[{"total":1}],"total":7}'],
  ['a total behind that of an entry', '{"resourceType":"Bundle","entry":[{"total":1}]}'],
  [
    'a type that only a contained resource has',
    '{"contained":[{"resourceType":"Bundle","total":1}],"total":1,"resourceType":"OperationOutcome"}',
  ],
  ['a fraction', '{"resourceType":"Bundle","total":1.5}'],
  ['an exponent', '{"resourceType":"Bundle","total":1e3}'],
  ['a negative total', '{"resourceType":"Bundle","total":-1}'],
  ['a total as text', '{"resourceType":"Bundle","total":"1"}'],
  ['another type that begins alike', '{"resourceType":"Bundles","total":1}'],
  ['a type in an escaped name', '{"resource\\u0054ype":"Bundle","total":1}'],
  ['a total that comes again in an escaped name', '{"total":1,"tot\\u0061l":7,"resourceType":"Bundle"}'],
  ['a total that comes again', '{"total":1,"total":7,"resourceType":"Bundle"}'],
  ['a total in a text', '{"resourceType":"Bundle","x":"\\"total\\":1"}'],
  ['a list', '[{"resourceType":"Bundle","total":1}]'],
  ['a byte order mark', '\ufeff{"resourceType":"Bundle","total":1}'],
  ['a body that is cut in its total', '{"resourceType":"Bundle","total":1'],
  ['a body that is cut before it', '{"resourceType":"Bundle","entry":[{'],
  ['no body', ''],
])('%s is left to the parser', (_what, text) => {
  expect(accepts(text)).toBe(false)
})

test('what is accepted is what a parser reads, whatever the object holds', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  const members = fc.dictionary(
    fc.oneof(fc.constantFrom('total', 'resourceType', 'entry', 'id'), fc.string()),
    fc.oneof(value, fc.constantFrom<unknown>('Bundle', 1, 2, -1, 1.5, { total: 1, resourceType: 'Bundle' })),
  )
  let accepted = 0
  fc.assert(
    fc.property(members, fc.constantFrom(undefined, 1, '\t'), (object, space) => {
      const isBundle = object.resourceType === 'Bundle' && object.total === 1
      const isAccepted = accepts(JSON.stringify(object, null, space))
      if (isAccepted) accepted++
      if (isAccepted) expect(isBundle).toBe(true)
      const isPlain = Object.keys(object).every(key => !JSON.stringify(key).includes('\\'))
      if (isBundle && isPlain) expect(isAccepted).toBe(true)
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(0)
})

test('a reply cut anywhere before its total is not accepted', () => {
  const text = '{"resourceType":"Bundle","entry":[{"total":1},"}"],"total":1}'
  for (let length = 0; length < text.length; length++) expect(accepts(text.slice(0, length))).toBe(false)
})
