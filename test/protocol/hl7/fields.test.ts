import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  componentSeparator,
  createHeaderFields,
  findComponent,
  findHeaderFields,
} from '../../../src/protocol/hl7/fields.ts'

const fields = createHeaderFields()
const field = (bytes: Buffer, n: number) => bytes.toString('latin1', fields.starts[n], fields.ends[n])

test('every field of a header is found, with any separators and anywhere in the bytes', () => {
  const content = fc.stringMatching(/^[A-Za-z0-9 .]{0,12}$/)
  fc.assert(
    fc.property(
      fc.constantFrom('|', '#', '!', '\x7f'),
      fc.array(content, { minLength: 1, maxLength: 29 }),
      fc.constantFrom('', '\r', '\n', '\rPID|1\r'),
      fc.nat(5),
      (separator, contents, tail, shift) => {
        const bytes = Buffer.from(
          `${' '.repeat(shift)}MSH${separator}^~\\&${separator}${contents.join(separator)}${tail}`,
          'latin1',
        )
        expect(findHeaderFields(bytes, shift, bytes.length, fields)).toBe(true)
        expect(field(bytes, 1)).toBe(separator)
        expect(field(bytes, 2)).toBe('^~\\&')
        for (const [place, each] of contents.entries()) expect(field(bytes, place + 3)).toBe(each)
        expect(fields.ends[contents.length + 3] ?? 0).toBe(0)
      },
    ),
  )
})

test('fields of the message before do not shine through', () => {
  const long = Buffer.from('MSH|^~\\&|A|B|C|D|E|F|G|H')
  findHeaderFields(long, 0, long.length, fields)
  const short = Buffer.from('MSH|^~\\&|A')
  findHeaderFields(short, 0, short.length, fields)
  expect(field(short, 10)).toBe('')
})

test.each(['', 'MSH', 'MSH|', 'MSH||', 'MSHA^~', 'PID|1|', 'MSH\r^~\\&', '{"a":1}', 'MSH|\r'])(
  '%j is no header',
  text => {
    expect(findHeaderFields(Buffer.from(text), 0, text.length, fields)).toBe(false)
  },
)

test('more fields than a header can have are left alone', () => {
  const bytes = Buffer.from(`MSH|^~\\&|${'x|'.repeat(200)}`)
  expect(findHeaderFields(bytes, 0, bytes.length, fields)).toBe(true)
  expect(field(bytes, 31)).toBe('x')
})

test('components are found by the separator of the message', () => {
  const bytes = Buffer.from('MSH|$~\\&|||||||ADT$A01$ADT_A01|')
  findHeaderFields(bytes, 0, bytes.length, fields)
  const separator = componentSeparator(bytes, fields)
  const start = findComponent(bytes, fields.starts[9]!, fields.ends[9]!, separator, 2)
  expect(bytes.toString('latin1', start, start + 3)).toBe('A01')
  expect(findComponent(bytes, fields.starts[9]!, fields.ends[9]!, separator, 4)).toBe(-1)
})
