import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HttpReplyDecoder } from '../../src/protocol/http/replyDecoder.ts'

interface Reply {
  readonly status: number
  readonly body: string
  readonly keepAlive: boolean
}

function decode(chunks: readonly Uint8Array[], { maxHeadBytes = 4096, maxBodyBytes = 1 << 20, closes = false } = {}) {
  const replies: Reply[] = []
  const errors: string[] = []
  const offsets: number[] = []
  const decoder = new HttpReplyDecoder({
    maxHeadBytes,
    maxBodyBytes,
    onReply: (status, bytes, start, end, keepAlive) =>
      replies.push({ status, body: Buffer.from(bytes.subarray(start, end)).toString('latin1'), keepAlive }),
    onError: (reason, offset) => {
      errors.push(reason)
      offsets.push(offset)
    },
  })
  for (const chunk of chunks) decoder.push(chunk, 0, chunk.length)
  if (closes) decoder.close()
  return { replies, errors, offsets }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const withLength = (body: string) => `HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const chunked = (parts: readonly string[]) =>
  `HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n${parts.map(part => `${part.length.toString(16)};ext=1\r\n${part}\r\n`).join('')}0\r\nTrailer: x\r\n\r\n`

test('replies with a length, chunked, empty and after 100 Continue come out the same wherever the stream is cut', () => {
  const stream = bytes(
    `HTTP/1.1 100 Continue\r\n\r\n${withLength('{"total":1}')}${chunked(['{"a":', '1}'])}HTTP/1.1 204 No Content\r\n\r\n${withLength('')}`,
  )
  const expected = [
    { status: 200, body: '{"total":1}', keepAlive: true },
    { status: 201, body: '{"a":1}', keepAlive: true },
    { status: 204, body: '', keepAlive: true },
    { status: 200, body: '', keepAlive: true },
  ]
  for (let place = 0; place <= stream.length; place++) {
    const { replies, errors } = decode([stream.subarray(0, place), stream.subarray(place)])
    expect({ place, replies, errors }).toEqual({ place, replies: expected, errors: [] })
  }
  expect(decode(Array.from(stream, byte => Uint8Array.of(byte))).replies).toEqual(expected)
})

test('any bodies cut at any places come out whole', () => {
  const body = fc.string({ unit: 'binary-ascii', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          body.map(withLength),
          fc
            .array(
              body.filter(part => part !== ''),
              { maxLength: 3 },
            )
            .map(chunked),
        ),
        { maxLength: 4 },
      ),
      fc.array(fc.nat(), { maxLength: 8 }),
      (texts, places) => {
        const stream = bytes(texts.join(''))
        const edges = [0, ...places.map(place => place % (stream.length + 1)).sort((a, b) => a - b), stream.length]
        const { replies, errors } = decode(edges.slice(1).map((edge, i) => stream.subarray(edges[i], edge)))
        expect(errors).toEqual([])
        expect(replies).toEqual(decode([stream]).replies)
        expect(replies).toHaveLength(texts.length)
      },
    ),
  )
})

test('a head that comes again is read as if it had come for the first time, and one that differs in a byte as its own', () => {
  const reply = fc.oneof(
    fc.constantFrom('{"total":1}', '{"total":2}', '').map(withLength),
    fc
      .constantFrom('', 'Connection: close\r\n', 'Connection: clos\r\n', 'Retry-After: 1\r\n')
      .map(header => `HTTP/1.1 503 Busy\r\n${header}Content-Length: 2\r\n\r\n{}`),
    fc.constant(chunked(['{}'])),
    fc.constant('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
  )
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 12 }), texts => {
      const { replies, errors } = decode(texts.map(bytes))
      expect(errors).toEqual([])
      expect(replies).toEqual(texts.flatMap(text => decode([bytes(text)]).replies))
    }),
  )
})

test('an empty line that ends the head without a CR is refused, also after a head that was well formed', () => {
  const bare = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\n{}'
  for (const before of ['', withLength('{}')]) {
    const stream = bytes(before + bare)
    for (let place = 0; place <= stream.length; place++) {
      const { replies, errors } = decode([stream.subarray(0, place), stream.subarray(place)])
      expect({ place, replies: replies.length, errors }).toEqual({
        place,
        replies: before === '' ? 0 : 1,
        errors: ['bare CR or LF in the head'],
      })
    }
  }
})

test('a reply without a length lasts until the peer closes', () => {
  const { replies } = decode([bytes('HTTP/1.1 200 OK\r\n\r\nall of'), bytes(' it')], { closes: true })
  expect(replies).toEqual([{ status: 200, body: 'all of it', keepAlive: false }])
})

test('Connection: close and HTTP/1.0 end the connection, keep-alive keeps it', () => {
  const keepAlive = (text: string) => decode([bytes(text)]).replies[0]?.keepAlive
  expect(keepAlive('HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n')).toBe(false)
  for (const list of ['close, TE', 'TE ,\tclose', 'keep-alive, close', 'close\r\nConnection: keep-alive', ',close,'])
    expect(keepAlive(`HTTP/1.1 200 OK\r\nConnection: ${list}\r\nContent-Length: 0\r\n\r\n`)).toBe(false)
  for (const list of ['closed', 'x-close, TE', 'keep-alive'])
    expect(keepAlive(`HTTP/1.1 200 OK\r\nConnection: ${list}\r\nContent-Length: 0\r\n\r\n`)).toBe(true)
  expect(keepAlive('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(false)
  expect(keepAlive('HTTP/1.0 200 OK\r\nconnection:keep-alive\r\ncontent-length:0\r\n\r\n')).toBe(true)
})

test.each([
  ['two different Content-Lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  [
    'Content-Length beside Transfer-Encoding',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['Transfer-Encoding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['Transfer-Encoding other than chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n'],
  ['folded header', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n\r\n'],
  ['bare CR or LF in the head', 'HTTP/1.1 200 OK\r\nX-A: 1\rX\r\nContent-Length: 0\r\n\r\n'],
  ['bare CR or LF in the head', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
  ['not an HTTP/1.x status line', 'HTTP/2 200\r\n\r\n'],
  ['not an HTTP/1.x status line', 'hello there, world\r\n\r\n'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
  ['chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
  ['bare LF in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nab'],
  ['bare CR in a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\rab'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nabcde'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\nabcde'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nabcde'],
  ['chunk size is no hexadecimal number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;\0\r\nabcde'],
  ['header without a colon', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A\r\n\r\n'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nabcde'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcde'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\nabcde'],
  ['Content-Length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nabcde'],
  ['header whose name is no token', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nabcde'],
  ['header without a colon', 'HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n'],
  ['header without a name', 'HTTP/1.1 200 OK\r\n: 5\r\n\r\n'],
  ['control character in the head', 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'],
  ['control character in the head', 'HTTP/1.1 200 O\x07K\r\nContent-Length: 0\r\n\r\n'],
  ['status is no three-digit number', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'],
  ['not an HTTP/1.x status line', 'http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['not an HTTP/1.x status line', '{"resourceType":"Bundle","total":1}'],
  ['not an HTTP/1.x status line', '\x0bMSH|^~\\&|A|B\r\x1c\r'],
  ['a body with status 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde'],
  ['a body with status 204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['protocol switched unasked', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'],
  ['more than 16 interim replies', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(17)],
])('%s is refused, however the stream is cut', (reason, text) => {
  const stream = bytes(text)
  const { offsets: whole } = decode([stream])
  expect(whole[0]).toBeLessThan(stream.length)
  for (let place = 0; place <= stream.length; place++) {
    const { replies, errors, offsets } = decode([
      stream.subarray(0, place),
      stream.subarray(place),
      bytes('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    ])
    expect({ place, replies, errors, offsets }).toEqual({ place, replies: [], errors: [reason], offsets: whole })
  }
})

test('heads and bodies above their limits are refused', () => {
  expect(
    decode([bytes(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200)}`)], { maxHeadBytes: 100, maxBodyBytes: 0 }).errors,
  ).toHaveLength(1)
  expect(decode([bytes(withLength('x'.repeat(200)))], { maxBodyBytes: 100 }).errors).toEqual([
    'body longer than 100 bytes',
  ])
  expect(decode([bytes(chunked(['x'.repeat(60), 'x'.repeat(60)]))], { maxBodyBytes: 100 }).errors).toEqual([
    'body longer than 100 bytes',
  ])
})

test('an error says at which byte of the whole connection it is', () => {
  const good = withLength('{"total":1}')
  const at = (text: string) => decode([bytes(good + text)]).offsets[0]! - good.length
  const head = 'HTTP/1.1 200 OK\r\n'
  expect(at(`${head}X-A: 1\rX\r\n\r\n`)).toBe(head.length + 6)
  expect(at(`${head}X-A\r\n\r\n`)).toBe(head.length)
  const start = `${head}Transfer-Encoding: chunked\r\n\r\n`
  expect(at(`${start}2\r\nab\r\n0x2\r\n`)).toBe(start.length + 7)
})

test('sizes, extensions and trailers are bounded together, and so is each line', () => {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
  expect(decode([bytes(`${start}1;${'x'.repeat(1100)}`)]).errors).toEqual([
    'line of a chunked body longer than 1024 bytes',
  ])
  expect(decode([bytes(`${start}${`1;${'x'.repeat(900)}\r\na\r\n`.repeat(10)}`)]).errors).toEqual([
    'more chunk sizes, extensions and trailers than body',
  ])
  expect(decode([bytes(`${start}0\r\n${'X-A: 1\r\n'.repeat(1000)}`)]).errors).toEqual([
    'more chunk sizes, extensions and trailers than body',
  ])
  const tiny = `${start}${'1\r\na\r\n'.repeat(5000)}0\r\n\r\n`
  expect(decode([bytes(tiny)]).replies.map(({ body }) => body.length)).toEqual([5000])
})

test('a reply to nobody after 304, whose length tells of a body that is not sent, begins with its own head', () => {
  const { replies } = decode([bytes(`HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n${withLength('x')}`)])
  expect(replies.map(({ status, body }) => [status, body])).toEqual([
    [304, ''],
    [200, 'x'],
  ])
})
