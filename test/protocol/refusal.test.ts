import { expect, test } from 'vitest'
import { outcomeCode } from '../../src/protocol/http/outcomeCode.ts'
import { mostAttemptsAfter, retryAfterMs } from '../../src/protocol/http/refusal.ts'

test('what is transient is sent again, a conflict a few times, and nothing else', () => {
  const again = Array.from({ length: 500 }, (_, i) => 100 + i).filter(status => mostAttemptsAfter(status) > 0)
  expect(again).toEqual([408, 409, 425, 429, 500, 502, 503, 504])
  expect(mostAttemptsAfter(409)).toBe(3)
})

test.each([
  ['0', 0],
  ['120', 120_000],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 9000],
  ['Friday, 31-Dec-99 23:59:59 GMT', 9000],
  ['Fri Dec 31 23:59:59 1999', 9000],
  ['Sat Jan  1 00:00:00 2000', 10_000],
  ['9999999999', 9_999_999_999_000],
  ['Fri, 31 Dec 1999 23:59:00 GMT', 0],
  ['', 0],
  ['soon', 0],
  ['-1', 0],
  ['1.5', 0],
])('Retry-After %s', (value, ms) => {
  expect(retryAfterMs(value, '', Date.UTC(1999, 11, 31, 23, 59, 50))).toBe(ms)
  expect(retryAfterMs(value, 'soon', Date.UTC(1999, 11, 31, 23, 59, 50))).toBe(ms)
  expect(retryAfterMs(value, 'Fri, 31 Dec 1999 23:59:50 GMT', Date.UTC(2020, 0, 1))).toBe(ms)
})

test.each([
  [
    'error not-found',
    '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"Jane Doe"}]}',
  ],
  [
    'fatal exception',
    '{ "issue" : [ { "code" : "exception", "severity" : "fatal" } ], "resourceType" : "OperationOutcome" }',
  ],
  ['error other', '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"Jane Doe"}]}'],
  ['warning none', '{"resourceType":"OperationOutcome","issue":[{"severity":"warning"}]}'],
  [
    'error throttled',
    '<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/><code value="throttled"/></issue></OperationOutcome>',
  ],
  [
    'error throttled',
    '<?xml version="1.0"?>\n<f:OperationOutcome xmlns:f="http://hl7.org/fhir"><f:issue>\n<f:severity value="error"/>\n<f:code value="throttled"/></f:issue></f:OperationOutcome>',
  ],
  [
    'fatal exception',
    '<fhir-4.0:OperationOutcome xmlns:fhir-4.0="http://hl7.org/fhir" ><fhir-4.0:issue id="1" ><fhir-4.0:severity id="s" value = \'fatal\' /><fhir-4.0:code id="c" value="exception"></fhir-4.0:code></fhir-4.0:issue></fhir-4.0:OperationOutcome>',
  ],
  [
    'error other',
    '<f:OperationOutcome xmlns:f="http://hl7.org/fhir"><f:issue><f:severity value="error"/><f:code value="Jane Doe"/></f:issue></f:OperationOutcome>',
  ],
  [
    'error none',
    '<f:OperationOutcome xmlns:f="http://hl7.org/fhir" xmlns:x="urn:x"><x:issue><x:code value="deleted"/></x:issue><f:issue><x:code value="deleted"/><f:severity value="error"/></f:issue></f:OperationOutcome>',
  ],
  [
    'error invalid',
    '<OperationOutcome xmlns="http://hl7.org/fhir"><issues/><issue><severity value="error"/><codes value="deleted"/><code value="invalid"/></issue></OperationOutcome>',
  ],
  [
    'error not-found',
    '{"resourceType":"OperationOutcome","issue":[{"diagnostics":"<OperationOutcome><issue><code value=\\"deleted\\"/>","severity":"error","code":"not-found"}]}',
  ],
  [null, '<f:OperationOutcome xmlns:f="http://hl7.org/fhir"><f:issue><f:severity value="error'],
  [null, '<f:OperationOutcome xmlns:f="http://hl7.org/fhir"/>'],
  [null, '<f:OperationOutcomes><f:issue><f:severity value="error"/></f:issue></f:OperationOutcomes>'],
  [null, '{"resourceType":"OperationOutcome"}'],
  [null, '<html>503</html>'],
  [null, ''],
])('%s is all that is taken of an OperationOutcome', (code, text) => {
  const bytes = Buffer.from(`xx${text}`)
  expect(outcomeCode(bytes, 2, bytes.length)).toBe(code)
})

test('of a long reply in XML only the beginning is looked at', () => {
  const reply = (padding: number) =>
    Buffer.from(
      `<f:OperationOutcome xmlns:f="http://hl7.org/fhir">${' '.repeat(padding)}<f:issue><f:severity value="error"/><f:code value="login"/></f:issue></f:OperationOutcome>`,
    )
  expect(outcomeCode(reply(16_000), 0, reply(16_000).length)).toBe('error login')
  expect(outcomeCode(reply(20_000), 0, reply(20_000).length)).toBe(null)
})
