import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeAckError } from '../../../src/protocol/hl7/ackError.ts'

function describe(segments: readonly string[], code = 'AE'): string {
  const text = Buffer.from(`MSH|^~\\&|A|B|C|D|20261124||ACK|1|T|2.5.1\r${segments.join('\r')}\r`, 'latin1')
  return describeAckError(code, text, 0, text.length)
}

test.each([
  [
    'the code, severity and place of ERR',
    ['MSA|AE|1', 'ERR||PID^1^3|101^Missing^HL70357|E'],
    'AE 101 Required field missing, E, PID^1^3',
  ],
  ['a place without a field', ['MSA|AE|1', 'ERR||PV1^1|207|F'], 'AE 207 Application internal error, F, PV1^1'],
  [
    'the ERR-1 of HL7 before 2.5',
    ['MSA|AE|1', 'ERR|PID^1^5^103&Table value&HL70357'],
    'AE 103 Table value not found, PID^1^5',
  ],
  ['MSA-6 of HL7 before 2.5', ['MSA|AE|1|some text|||204^Unknown key'], 'AE 204 Unknown key identifier'],
  [
    'MSA-3 that is nothing but a text of the table',
    ['MSA|AE|1|Unsupported event code'],
    'AE 201 Unsupported event code',
  ],
  ['a code that is in no table', ['MSA|AE|1', 'ERR||PID^1^3|E-4711|E'], 'AE, E, PID^1^3'],
  ['nothing coded', ['MSA|AE|1|Patient John Doe is unknown'], 'AE'],
  [
    'the first ERR of several',
    ['MSA|AE|1', 'ERR||PID^1^3|101|E', 'ERR||PV1^1^2|103|E'],
    'AE 101 Required field missing, E, PID^1^3',
  ],
])('%s', (_, segments, expected) => {
  expect(describe(segments)).toBe(expected)
})

test.each([
  ['surnames', 'LEE^12^3', 'AE 101 Required field missing, E'],
  ['given names that are a segment of the standard', 'DON^12^3', 'AE 101 Required field missing, E'],
  ['segments that are the peer’s own', 'ZPI^1^3', 'AE 101 Required field missing, E'],
  ['sequences of three digits', 'PID^555^3', 'AE 101 Required field missing, E, PID'],
  ['fields of three digits', 'PID^1^555', 'AE 101 Required field missing, E, PID^1'],
])('a place does not tell %s', (_, place, expected) => {
  expect(describe(['MSA|AE|1', `ERR||${place}|101|E`])).toBe(expected)
})

test('the separators are the message’s own', () => {
  const text = Buffer.from('MSH$*~\\&$A$B$C$D$20261124$$ACK$1$T$2.5.1\rMSA$AR$1\rERR$$MSH*1*12$203$E\r')
  expect(describeAckError('AR', text, 0, text.length)).toBe('AR 203 Unsupported version id, E, MSH^1^12')
})

test('whatever a peer writes, nothing but our texts, segment names of the standard and small numbers comes out', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 12 }),
    fc.constantFrom(
      '101',
      'PID^1^3',
      'DOE^JANE^19800101',
      'LEE^12^3',
      'DOE^555^123',
      'Jane Doe',
      '123456789',
      'PID^1^123456789',
      'E',
      'constructor',
      '__proto__',
    ),
  )
  const allowed = /^AE( \d{1,3} [A-Z][A-Za-z0-9 -]+)?(, [FEWI])?(, PID(\^\d{1,2}){0,2})?$/
  fc.assert(
    fc.property(fc.array(value, { maxLength: 7 }), fc.array(value, { maxLength: 7 }), (err, msa) => {
      expect(describe([`MSA|AE|1|${msa.join('|')}`, `ERR|${err.join('|')}`])).toMatch(allowed)
    }),
  )
})
