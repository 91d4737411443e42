import { expect, test } from 'vitest'
import { createHeaderFields, findHeaderFields } from '../../../src/protocol/hl7/fields.ts'
import { findBody, findField } from '../../../src/protocol/hl7/findField.ts'
import { readMessageType } from '../../../src/protocol/hl7/messageType.ts'

const MESSAGE = 'MSH|^~\\&|A|B|C|D|1||ADT^A01^ADT_A01|ID7|T|2.5\rPID|1||X^^^Y~Z|| |\rPV1|1\rPVX|9\r'

function find(message: string, segment: string, field: number, component = 1): string | null {
  const bytes = Buffer.from(`..${message}`)
  const fields = createHeaderFields()
  expect(findHeaderFields(bytes, 2, bytes.length, fields)).toBe(true)
  const range = { start: 0, end: 0 }
  return findField(bytes, 2, bytes.length, fields, { segment, field, component }, range)
    ? bytes.toString('latin1', range.start, range.end)
    : null
}

test('fields and components are found by their numbers, those of MSH from its separator on', () => {
  expect(find(MESSAGE, 'MSH', 10)).toBe('ID7')
  expect(find(MESSAGE, 'MSH', 9, 3)).toBe('ADT_A01')
  expect(find(MESSAGE, 'PID', 3)).toBe('X')
  expect(find(MESSAGE, 'PID', 3, 4)).toBe('Y')
  expect(find(MESSAGE, 'PVX', 1)).toBe('9')
})

test('what is not there, or empty, is not found', () => {
  expect(find(MESSAGE, 'PID', 2)).toBeNull()
  expect(find(MESSAGE, 'PID', 3, 5)).toBeNull()
  expect(find(MESSAGE, 'PID', 9)).toBeNull()
  expect(find(MESSAGE, 'PV1', 50)).toBeNull()
  expect(find(MESSAGE, 'ZHB', 1)).toBeNull()
  expect(find('MSH|^~\\&|PV1|B', 'PV1', 1)).toBeNull()
})

test('a message cut at any place is searched without an error', () => {
  for (let length = 9; length <= MESSAGE.length; length++) {
    const found = find(MESSAGE.slice(0, length), 'PID', 3, 4)
    expect(found === null || found === 'Y').toBe(true)
  }
})

test('the body is all but the header, without the line ends at its own end', () => {
  const bodyOf = (text: string) => {
    const bytes = Buffer.from(text)
    const { start, end } = findBody(bytes, 0, bytes.length, { start: 0, end: 0 })
    return bytes.toString('latin1', start, end)
  }
  expect(bodyOf('MSH|^~\\&|A\rPID|1\rPV1|1\r')).toBe('PID|1\rPV1|1')
  expect(bodyOf('MSH|^~\\&|other\rPID|1\rPV1|1')).toBe('PID|1\rPV1|1')
  expect(bodyOf('MSH|^~\\&|A\r')).toBe('')
  expect(bodyOf('MSH|^~\\&|A')).toBe('')
})

test('the type of a message is its code and event, in its own separators', () => {
  const typeOf = (text: string) => {
    const bytes = Buffer.from(text)
    const fields = createHeaderFields()
    findHeaderFields(bytes, 0, bytes.length, fields)
    return readMessageType(bytes, fields)
  }
  expect(typeOf(MESSAGE)).toBe('ADT^A01')
  expect(typeOf('MSH#$~\\&#A#B#C#D###ORU$R01#1')).toBe('ORU^R01')
  expect(typeOf('MSH|^~\\&|A|B|C|D|||ACK|1')).toBe('ACK')
})
