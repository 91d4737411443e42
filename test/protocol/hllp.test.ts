import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HllpChecksum } from '../../src/model/scenario.ts'
import { HEAD_BYTES, MAX_DATA_BYTES, sealBlock, TAIL_BYTES } from '../../src/protocol/hllp/block.ts'
import { hllpFraming, refusalBlock } from '../../src/protocol/hllp/framing.ts'

const CHECKSUMS = ['xor', 'sum', 'none'] as const

function block(data: string, checksum: HllpChecksum = 'xor'): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + data.length + TAIL_BYTES)
  frame.write(data, HEAD_BYTES, 'latin1')
  sealBlock(checksum, frame, data.length, 'data')
  return frame
}

function decode(chunks: readonly Uint8Array[], checksum: HllpChecksum = 'xor') {
  const told: string[] = []
  const decoder = hllpFraming(checksum).createDecoder(1 << 24, {
    onMessage: (bytes, start, end) => told.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')),
    onNak: reason => told.push(`NAK ${reason}`),
    onBroken: reason => told.push(`broken ${reason}`),
    onError: ({ kind }) => told.push(kind),
  })
  for (const chunk of chunks) decoder.push(chunk)
  return told
}

test('a block is VT D21 CR, the data, a count of five digits, a checksum of three, FS CR', () => {
  const text = block('MSH|a\r', 'none').toString('latin1')
  expect(text).toBe('\x0bD21\rMSH|a\r00011999\x1c\r')
})

test('the checksum is taken over everything from VT to the last byte of data, as exclusive or or as a sum', () => {
  const covered = Buffer.from('\x0bD21\rMSH|a\r', 'latin1')
  const xor = covered.reduce((value, byte) => value ^ byte, 0)
  const sum = covered.reduce((value, byte) => value + byte, 0) % 256
  const told = (checksum: HllpChecksum) => Number(block('MSH|a\r', checksum).toString('latin1').slice(-5, -2))
  expect([told('xor'), told('sum')]).toEqual([xor, sum])
})

test.each(CHECKSUMS)('blocks with checksum %s are read whole wherever the stream is cut', checksum => {
  const bytes = Buffer.concat([block('MSH|one\r', checksum), block('', checksum), block('MSH|two\rPID\r', checksum)])
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second += 7) {
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
      expect(decode(chunks, checksum)).toEqual(['MSH|one\r', '', 'MSH|two\rPID\r'])
    }
  }
})

test('what goes in comes out, whatever the bytes between VT and FS', () => {
  const data = fc.string({ unit: 'binary-ascii', maxLength: 60 }).map(text => text.replace(/[\x0b\x1c]/g, '.'))
  fc.assert(
    fc.property(fc.array(data, { maxLength: 4 }), fc.constantFrom(...CHECKSUMS), fc.nat(), (texts, checksum, place) => {
      const bytes = Buffer.concat(texts.map(text => block(text, checksum)))
      const at = bytes.length === 0 ? 0 : place % bytes.length
      expect(decode([bytes.subarray(0, at), bytes.subarray(at)], checksum)).toEqual(texts)
    }),
  )
})

test('a changed byte of data is found by its checksum, a lost one by its count', () => {
  const sound = block('MSH|a|b\r')
  const changed = Buffer.from(sound)
  changed[HEAD_BYTES + 4]! ^= 1
  const shorter = Buffer.concat([sound.subarray(0, HEAD_BYTES), sound.subarray(HEAD_BYTES + 1)])
  expect(decode([changed])).toEqual(['broken X'])
  expect(decode([shorter])).toEqual(['broken C'])
  expect(decode([changed], 'none')).toEqual(['MSH|`|b\r'])
})

test('a checksum of 999 is never checked', () => {
  expect(decode([block('MSH|a\r', 'none')], 'xor')).toEqual(['MSH|a\r'])
})

test('a frame that is no block, and digits that are none, are refused as other or by what is wrong', () => {
  expect(decode([Buffer.from('\x0bMSH|^~\\&|plain MLLP\r\x1c\r')])).toEqual(['broken G'])
  expect(decode([Buffer.from('\x0b\x1c\r')])).toEqual(['broken G'])
  expect(decode([Buffer.from('\x0bD21\rMSH\r0000x000\x1c\r')])).toEqual(['broken C'])
  expect(decode([Buffer.from('\x0bD21\rMSH\r00009 00\x1c\r')])).toEqual(['broken X'])
})

test.each(['C', 'X', 'B', 'G'] as const)('a refusal %s is read as one, wherever it is cut', reason => {
  const bytes = refusalBlock('sum', reason)
  expect(Buffer.from(bytes).toString('latin1')).toMatch(new RegExp(`^\x0bN21\r${reason}00006\\d{3}\x1c\r$`))
  for (let at = 0; at <= bytes.length; at++)
    expect(decode([bytes.subarray(0, at), bytes.subarray(at)], 'sum')).toEqual([`NAK ${reason}`])
})

test('the largest block holds 99,994 bytes of data; a larger frame fails the decoder', () => {
  expect(decode([block('x'.repeat(MAX_DATA_BYTES))])).toEqual(['x'.repeat(MAX_DATA_BYTES)])
  expect(decode([Buffer.from(`\x0b${'x'.repeat(100_100)}\x1c\r`)])).toEqual(['frame-too-long'])
})
