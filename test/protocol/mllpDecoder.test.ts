import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMllpDecoder, type MllpError } from '../../src/protocol/mllp/decoder.ts'

const [VT, FS, CR] = [0x0b, 0x1c, 0x0d]

function decode(chunks: readonly Uint8Array[], maxFrameBytes = 1 << 24) {
  const frames: string[] = []
  const errors: MllpError[] = []
  const decoder = createMllpDecoder({
    maxFrameBytes,
    onFrame: (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')),
    onError: error => errors.push(error),
  })
  for (const chunk of chunks) decoder.push(chunk)
  return { frames, errors }
}

const frame = (payload: string) => Buffer.concat([Buffer.of(VT), Buffer.from(payload, 'latin1'), Buffer.of(FS, CR)])
const payloads = fc.array(
  fc.string({ unit: 'binary-ascii', maxLength: 40 }).map(text => text.replace(/[\x0b\x1c]/g, '.')),
  { maxLength: 6 },
)

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
}

test('a stream cut at any places gives the same frames as the stream in one piece', () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(), { maxLength: 12 }), (texts, places) => {
      const { frames, errors } = decode(cut(Buffer.concat(texts.map(frame)), places))
      expect(frames).toEqual(texts)
      expect(errors).toEqual([])
    }),
  )
})

test('a stream cut after every single byte gives the same frames', () => {
  const bytes = Buffer.concat(['MSH|a', '', 'MSH|b\rPID'].map(frame))
  expect(decode(Array.from(bytes, byte => Uint8Array.of(byte))).frames).toEqual(['MSH|a', '', 'MSH|b\rPID'])
})

test('only the part of a chunk that is named is read', () => {
  const frames: string[] = []
  const decoder = createMllpDecoder({
    maxFrameBytes: 100,
    onFrame: (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end)).toString()),
    onError: () => {},
  })
  const bytes = Buffer.concat([frame('one'), frame('two')])
  decoder.push(bytes, 0, 7)
  decoder.push(bytes, 7, bytes.length)
  expect(frames).toEqual(['one', 'two'])
})

test('bytes between frames are skipped and reported once, with their offset in the stream', () => {
  const { frames, errors } = decode([frame('one'), Buffer.from('\r\nnoise'), frame('two')])
  expect(frames).toEqual(['one', 'two'])
  expect(errors).toEqual([{ kind: 'stray-bytes', offset: 6 }])
})

test('an FS without its CR ends the frame and is reported, wherever the stream is cut', () => {
  const bytes = Buffer.concat([Buffer.of(VT), Buffer.from('one'), Buffer.of(FS), frame('two')])
  for (let place = 0; place <= bytes.length; place++) {
    const { frames, errors } = decode([bytes.subarray(0, place), bytes.subarray(place)])
    expect(frames).toEqual(['one', 'two'])
    expect(errors.map(error => error.kind)).toEqual(['fs-without-cr'])
  }
})

test('a frame above the limit fails the decoder at once, in one chunk or in many', () => {
  for (const chunks of [[frame('x'.repeat(11))], Array.from(frame('x'.repeat(11)), byte => Uint8Array.of(byte))]) {
    const { frames, errors } = decode([...chunks, frame('y')], 10)
    expect(frames).toEqual([])
    expect(errors.map(error => error.kind)).toEqual(['frame-too-long'])
  }
})

test('a frame just at the limit is taken', () => {
  expect(decode([frame('x'.repeat(10))], 10).frames).toEqual(['x'.repeat(10)])
})

test('ten megabytes in chunks of 1448 bytes come out whole', () => {
  const payload = Buffer.alloc(10_000_000, 'OBX|1|ED|')
  const bytes = Buffer.concat([Buffer.of(VT), payload, Buffer.of(FS, CR)])
  let length = 0
  const decoder = createMllpDecoder({
    maxFrameBytes: 1 << 24,
    onFrame: (chunk, start, end) => {
      length = end - start
      expect(payload.equals(chunk.subarray(start, end))).toBe(true)
    },
    onError: () => {},
  })
  for (let at = 0; at < bytes.length; at += 1448) decoder.push(bytes.subarray(at, at + 1448))
  expect(length).toBe(payload.length)
})
