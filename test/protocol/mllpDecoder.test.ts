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

test('a frame is handed on as soon as its FS is there, since some peers never send the CR', () => {
  expect(decode([frame('one').subarray(0, -1)]).frames).toEqual(['one'])
})

test('an FS without its CR ends the frame and is reported, wherever the stream is cut', () => {
  const bytes = Buffer.concat([Buffer.of(VT), Buffer.from('one'), Buffer.of(FS), frame('two')])
  for (let place = 0; place <= bytes.length; place++) {
    const { frames, errors } = decode([bytes.subarray(0, place), bytes.subarray(place)])
    expect(frames).toEqual(['one', 'two'])
    expect(errors).toEqual([{ kind: 'fs-without-cr', offset: 5 }])
  }
})

/** All that a peer may put around the frames `MSH|1` and `MSH|2`, and what is told of it. */
const ODD_STREAMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['LF after FS CR', '\x0bMSH|1\x1c\r\n\x0bMSH|2\x1c\r\n', ['stray-bytes', 'stray-bytes']],
  ['LF before VT', '\n\x0bMSH|1\x1c\r\n\x0bMSH|2\x1c\r', ['stray-bytes', 'stray-bytes']],
  ['NULs between frames', '\x0bMSH|1\x1c\r\0\0\0\x0bMSH|2\x1c\r', ['stray-bytes']],
  ['frames without VT', 'MSH|1\x1c\rMSH|2\x1c\r', ['frame-without-vt', 'frame-without-vt']],
  ['no CR and no VT', 'MSH|1\x1cMSH|2\x1c', ['frame-without-vt', 'fs-without-cr', 'frame-without-vt']],
  ['MS and more that is no MSH', 'MSA|x\x0bMSH|1\x1c\rMMSH\x0bMSH|2\x1c\r', ['stray-bytes', 'stray-bytes']],
  [
    'a frame that never ends before a true one',
    'MSH|0\r\x0bMSH|1\x1c\r\x0bMSH|2\x1c\r',
    ['frame-without-vt', 'stray-bytes'],
  ],
  ['a frame whose end was lost', '\x0bMSH|0\r\x0bMSH|1\x1c\r\x0bMSH|2\x1c\r', ['truncated-frame']],
  ['a start byte twice', '\x0b\x0bMSH|1\x1c\r\x0bMSH|2\x1c\r', ['truncated-frame']],
  [
    'several frames whose ends were lost',
    '\x0bMSH|1\x1c\r\x0bMSH|a\x0b\x0bMSH|b\r\x0bMSH|2\x1c\r',
    ['truncated-frame', 'truncated-frame', 'truncated-frame'],
  ],
  [
    'a message on a line of its own after noise',
    'noise\nMSH|1\x1c\r\x0bMSH|2\x1c\r',
    ['stray-bytes', 'frame-without-vt'],
  ],
]

test.each(ODD_STREAMS)('%s: the same frames and reports wherever the stream is cut', (_, text, kinds) => {
  const bytes = Buffer.from(text, 'latin1')
  const whole = decode([bytes])
  expect(whole.frames).toEqual(['MSH|1', 'MSH|2'])
  expect(whole.errors.map(error => error.kind)).toEqual(kinds)
  for (let first = 0; first <= bytes.length; first++)
    for (let second = first; second <= bytes.length; second++)
      expect(decode([bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)])).toEqual(whole)
})

test('whatever a peer sends, the frames and reports do not depend on where the stream is cut', () => {
  const bytes = fc
    .array(fc.constantFrom(VT, FS, CR, 0x0a, 0x00, 0x20, 0x4d, 0x53, 0x48, 0x78), { maxLength: 60 })
    .map(values => Uint8Array.from(values))
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.integer({ min: 1, max: 20 }),
      (stream, places, most) => {
        expect(decode(cut(stream, places), most).frames).toEqual(decode([stream], most).frames)
        const { errors } = decode(cut(stream, places))
        expect(errors).toEqual(decode([stream]).errors)
        for (const { offset } of errors) expect(offset).toBeLessThan(Math.max(1, stream.length))
      },
    ),
    { numRuns: 3000 },
  )
})

test('a frame whose end was lost is reported where the next begins', () => {
  expect(decode([Buffer.from('\x0bMSH|0\x0bMSH|1\x1c\r')]).errors).toEqual([{ kind: 'truncated-frame', offset: 6 }])
})

test('a frame whose end was lost is too long wherever the stream is cut, also where a true frame follows', () => {
  const stream = Buffer.from('\x0bMSH|12345\x0bMSH|1\x1c\r')
  for (let at = 0; at <= stream.length; at++) {
    const { frames, errors } = decode([stream.subarray(0, at), stream.subarray(at)], 8)
    expect(frames).toEqual([])
    expect(errors.map(error => error.kind)).toEqual(['frame-too-long'])
  }
})

test('a stream of nothing but start bytes takes no longer for each of them', () => {
  let truncated = 0
  const decoder = createMllpDecoder({ maxFrameBytes: 100, onFrame() {}, onError: () => truncated++ })
  const bytes = Buffer.alloc(1 << 20, VT)
  const beganMs = performance.now()
  decoder.push(bytes)
  decoder.push(bytes)
  expect(truncated).toBe(2 * bytes.length - 1)
  // A search for the end from each of them takes half a minute.
  expect(performance.now() - beganMs).toBeLessThan(5000)
})

test('a message without a start byte is too long wherever the stream is cut, also where a true frame follows', () => {
  const stream = Buffer.from('MSHH\x0b\x0b\x1c\x0b')
  for (let at = 0; at <= stream.length; at++)
    expect(decode([stream.subarray(0, at), stream.subarray(at)], 1)).toEqual({
      frames: [],
      errors: [
        { kind: 'frame-without-vt', offset: 0 },
        { kind: 'frame-too-long', offset: expect.any(Number) },
      ],
    })
})

test('a message without any framing is never handed on', () => {
  expect(decode([Buffer.from('MSH|1\rMSA|AA|1\r'), Buffer.from('MSH|2\r')]).frames).toEqual([])
})

test('a frame in one chunk is handed on without a copy', () => {
  const chunk = frame('one')
  const decoder = createMllpDecoder({
    maxFrameBytes: 100,
    onFrame: bytes => expect(bytes).toBe(chunk),
    onError: () => {},
  })
  decoder.push(chunk)
  expect.assertions(1)
})

test('a frame above the limit fails the decoder at once, in one chunk or in many', () => {
  for (const chunks of [[frame('x'.repeat(11))], Array.from(frame('x'.repeat(11)), byte => Uint8Array.of(byte))]) {
    const { frames, errors } = decode([...chunks, frame('y')], 10)
    expect(frames).toEqual([])
    expect(errors.map(error => error.kind)).toEqual(['frame-too-long'])
  }
})

test('connections that share a room hold no more together than it has, and give back what they held', () => {
  const room = { freeBytes: 100 }
  const told: string[] = []
  const open = () =>
    createMllpDecoder({
      maxFrameBytes: 1000,
      room,
      onFrame: (_bytes, start, end) => told.push(`frame of ${end - start}`),
      onError: ({ kind }) => told.push(kind),
    })
  const [one, other, third] = [open(), open(), open()]
  const beginning = frame('x'.repeat(60)).subarray(0, -2)
  one.push(beginning)
  other.push(beginning)
  expect(told).toEqual(['frame-too-long'])
  third.push(frame('x'.repeat(200)))
  one.push(Uint8Array.of(FS, CR))
  expect(told.slice(1)).toEqual(['frame of 200', 'frame of 60'])
  expect(room.freeBytes).toBe(100)
  one.push(beginning)
  one.close()
  expect(room.freeBytes).toBe(100)
})

test('whatever a peer sends, a closed decoder has given back all that it held, and tells nothing more', () => {
  const bytes = fc
    .array(fc.constantFrom(VT, FS, CR, 0x0a, 0x4d, 0x53, 0x48, 0x78), { maxLength: 60 })
    .map(values => Uint8Array.from(values))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), fc.nat(30), (stream, places, freeBytes) => {
      const room = { freeBytes }
      let told = 0
      const tell = () => void told++
      const decoder = createMllpDecoder({ maxFrameBytes: 20, room, onFrame: tell, onError: tell })
      for (const chunk of cut(stream, places)) decoder.push(chunk)
      decoder.close()
      expect(room).toEqual({ freeBytes })
      const before = told
      decoder.push(frame('MSH|1'))
      expect(told).toBe(before)
    }),
    { numRuns: 500 },
  )
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

test('large frames of several connections that come in turns, one after the other, do not disturb each other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 400_000 })), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 100_000 })), { maxLength: 40 }),
      (sent, turns) => {
        const received: string[][] = [[], [], []]
        const expected: string[][] = [[], [], []]
        const streams = [0, 1, 2].map(connection => {
          const frames = sent.flatMap(([to, bytes], i) =>
            to === connection ? [`MSH|${connection}|${i}|`.padEnd(bytes, 'x')] : [],
          )
          expected[connection] = frames
          return Buffer.concat(frames.map(frame))
        })
        const decoders = received.map(frames =>
          createMllpDecoder({
            maxFrameBytes: 1 << 24,
            onFrame: (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')),
            onError: ({ kind }) => frames.push(kind),
          }),
        )
        const fed = [0, 0, 0]
        const feed = (connection: number, bytes: number) => {
          const from = fed[connection]!
          fed[connection] = Math.min(streams[connection]!.length, from + bytes)
          decoders[connection]!.push(streams[connection]!.subarray(from, fed[connection]))
        }
        for (const [connection, bytes] of turns) feed(connection, bytes)
        for (const connection of [0, 1, 2]) feed(connection, Number.POSITIVE_INFINITY)
        expect(received).toEqual(expected)
      },
    ),
    { numRuns: 40 },
  )
})
