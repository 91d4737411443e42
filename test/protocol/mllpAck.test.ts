import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAck, readAck } from '../../src/protocol/mllp/ack.ts'

function read(text: string): { code: string | null; id: string } {
  // Surrounded by other bytes, as frames are in a shared buffer.
  const bytes = Buffer.from(`MSA|AA|wrong\r${text}\rMSA|AA|wrong`, 'latin1')
  const ack = readAck(bytes, 13, 13 + text.length, createAck())
  return { code: ack.code, id: bytes.toString('latin1', ack.idStart, ack.idEnd) }
}

const head = 'MSH|^~\\&|A|B|C|D|20261122||ACK^A01|1|T|2.5.1'

test.each(['AA', 'AE', 'AR', 'CA', 'CE', 'CR'])('%s is read with the control id it answers', code => {
  expect(read(`${head}\rMSA|${code}|ID-1\r`)).toEqual({ code, id: 'ID-1' })
})

test('the control id is taken byte for byte: trailing spaces, escapes and high-bit bytes stay', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), text => {
      const id = Buffer.from(text)
        .toString('latin1')
        .replace(/[|\r\n]/g, '.')
      expect(read(`${head}\rMSA|AA|${id}|text\r`).id).toBe(id)
      expect(read(`${head}\rMSA|AA|${id}`).id).toBe(id)
    }),
  )
})

test('MSA is found behind other segments, and only as a whole segment name', () => {
  expect(read(`${head}\rSFT|x\rMSAX|AA|no\rMSA|AE|7\rERR|`)).toEqual({ code: 'AE', id: '7' })
})

test('another field separator is honoured', () => {
  expect(read('MSH#^~\\&#A\rMSA#AA#9#')).toEqual({ code: 'AA', id: '9' })
})

test('an acknowledgement without MSA-2 has an empty id', () => {
  expect(read(`${head}\rMSA|AA`)).toEqual({ code: 'AA', id: '' })
  expect(read(`${head}\rMSA|AA|`)).toEqual({ code: 'AA', id: '' })
})

test.each([
  ['', ''],
  ['PID|1', ''],
  [head, ''],
  [`${head}\rMSA|XX|1`, ''],
  [`${head}\rMSA|AAA|1`, ''],
  [`${head}\rMSA|A`, ''],
])('what is no acknowledgement has no code: %j', text => {
  expect(read(text).code).toBeNull()
})

test.each([
  ['\r\n', true],
  ['\n', true],
  ['\r', false],
])('segments that end with %j are read, and said to have line feeds: %j', (end, hasLineFeeds) => {
  const text = `${head}${end}SFT|x${end}MSA|AE|ID-1${end}ERR||PID${end}`
  const bytes = Buffer.from(text)
  const ack = readAck(bytes, 0, bytes.length, createAck())
  expect({ ...ack, id: text.slice(ack.idStart, ack.idEnd) }).toMatchObject({ code: 'AE', id: 'ID-1', hasLineFeeds })
  expect(read(`${head}${end}MSA|AA${end}`)).toEqual({ code: 'AA', id: '' })
})

test.each([
  [`${head}\rMSA|AA|ID-1\n`, true],
  [`${head}\rMSA|AA|ID-1\r\n`, false],
  [`${head}\nMSA|AA|ID-1\r`, true],
  [`${head}\nMSA|AA|ID-1|text\r`, true],
  [`${head}\rSFT|x\nMSA|AA|ID-1\rERR|\n`, true],
  [`${head}\nSFT|x\rMSA|AA|ID-1\nERR|\r`, true],
])('segments that end now with CR, now with LF are read: %j', (text, hasLineFeeds) => {
  expect(read(text)).toEqual({ code: 'AA', id: 'ID-1' })
  expect(readAck(Buffer.from(text), 0, text.length, createAck()).hasLineFeeds).toBe(hasLineFeeds)
  expect(read(text.replace('|ID-1', ''))).toMatchObject({ code: 'AA' })
})
