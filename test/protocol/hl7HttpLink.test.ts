import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createHl7HttpLink } from '../../src/protocol/http/hl7Link.ts'
import { listen, recordEvents, send } from './peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const ack = (id: string, code = 'AA') => `MSH|^~\\&|||||20261122||ACK|1|T|2.5.1\rMSA|${code}|${id}\r`
const reply = (body: string, { status = 200, type = 'application/hl7-v2; charset=utf-8', headers = '' } = {}) =>
  `HTTP/1.1 ${status} X\r\n${type === '' ? '' : `Content-Type: ${type}\r\n`}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** A link whose message i is `MSH` with control id ID<i>, this charset, padded to `size` bytes. */
async function open(serve: (socket: Socket, nth: number) => void, { charset = '', size = 0, path = '/hl7' } = {}) {
  const peer = await listen(serve)
  const recorder = recordEvents()
  const link = createHl7HttpLink({
    id: 5,
    endpoint: { host: '127.0.0.1', port: peer.port },
    connectTimeoutMs: 5000,
    path,
    stream: {
      render(index, out) {
        const bytes = Buffer.from(`MSH|^~\\&|||||||ADT^A01|ID${index}|T|2.5.1||||||${charset}\rZZZ|`.padEnd(size, 'x'))
        if (out.bytes.length < bytes.length) out.bytes = new Uint8Array(bytes.length)
        out.bytes.set(bytes)
        out.length = bytes.length
      },
    },
    indexOf: (bytes, start, end) =>
      Number(/^ID(\d+)$/.exec(Buffer.from(bytes.subarray(start, end)).toString())?.[1] ?? -1),
    events: recorder.events,
  })
  closing.push(() => link.close(), peer.close)
  await recorder.until('opened 5')
  return { link, port: peer.port, ...recorder }
}

const answering = (text: string) => (socket: Socket) => void socket.on('data', () => socket.write(text, 'latin1'))

test('a message is posted with its charset, and the acknowledgement in the reply accepts it', async () => {
  let received = ''
  const { link, port, until } = await open(
    socket => {
      socket.on('data', bytes => {
        received += bytes.toString('latin1')
        socket.write(reply(ack('ID7')))
      })
    },
    { charset: '8859/1' },
  )
  send(link, 0, 7)
  await until('accepted 0')
  const body = 'MSH|^~\\&|||||||ADT^A01|ID7|T|2.5.1||||||8859/1\rZZZ|'
  expect(received).toBe(
    `POST /hl7 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: hl7bench\r\nAccept: application/hl7-v2, application/hl7-v2+er7\r\n` +
      `Content-Type: application/hl7-v2; charset=iso-8859-1\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  expect(link.bytesOut).toBe(received.length)
})

test.each([
  ['', '; charset=utf-8'],
  ['ASCII', '; charset=us-ascii'],
  ['UNICODE UTF-8', '; charset=utf-8'],
  ['8859/15~ISO IR87', '; charset=iso-8859-15'],
  ['ISO IR87', ''],
])('a message that declares %j is posted as application/hl7-v2%s', async (charset, declared) => {
  let received = ''
  const { link, until } = await open(
    socket => {
      socket.on('data', bytes => {
        received += bytes.toString('latin1')
        socket.write(reply(ack('ID1')))
      })
    },
    { charset },
  )
  send(link, 0, 1)
  await until('accepted 0')
  expect(/Content-Type: application\/hl7-v2(.*)\r/.exec(received)![1]).toBe(declared)
})

test.each([
  ['an error and its acknowledgement', reply(ack('ID1', 'AE'), { status: 500 }), 'rejected 0: AE'],
  ['a rejection and its acknowledgement', reply(ack('ID1', 'AR'), { status: 400 }), 'rejected 0: AR'],
  ['an error told with a good status', reply(ack('ID1', 'AE')), 'rejected 0: AE'],
  ['an error status beside AA', reply(ack('ID1'), { status: 500 }), 'rejected 0: http 500'],
  ['an error status alone', reply('busy', { status: 503, type: 'text/plain' }), 'rejected 0: http 503'],
  ['an error status without a body', reply('', { status: 404, type: '' }), 'rejected 0: http 404'],
  ['the acknowledgement of another message', reply(ack('ID2')), 'mismatched 0: another control id'],
  ['the acknowledgement of nobody', reply(ack('X9')), 'mismatched 0: another control id'],
  ['an error for another message', reply(ack('ID2', 'AE'), { status: 500 }), 'mismatched 0: another control id'],
  ['no body', reply(''), 'mismatched 0: no acknowledgement in the reply'],
  ['something else', reply('thank you'), 'mismatched 0: not an acknowledgement'],
  [
    'an acknowledgement in gzip',
    reply('packed', { headers: 'Content-Encoding: gzip\r\n' }),
    'mismatched 0: content is encoded by gzip, which was not asked for',
  ],
  [
    'an acknowledgement in another encoding',
    reply('packed', { headers: 'Content-Encoding: br\r\n' }),
    'mismatched 0: content is encoded, which was not asked for',
  ],
  ['an acknowledgement as text', reply(ack('ID1'), { type: 'text/plain' }), 'mismatched 0: content type is not HL7 v2'],
  ['an acknowledgement of no type', reply(ack('ID1'), { type: '' }), 'mismatched 0: content type is not HL7 v2'],
  ['the draft name of the type', reply(ack('ID1'), { type: 'x-application/hl7-v2+er7' }), 'accepted 0'],
  ['a commit', reply(ack('ID1', 'CA')), 'accepted 0'],
])('%s in the reply', async (_, text, told) => {
  const { link, until, told: all } = await open(answering(text))
  send(link, 0, 1)
  await until(told)
  send(link, 0, 1)
  await until(told, 2)
  expect(all.filter(each => /lost|opened/.test(each))).toEqual(['opened 5'])
})

test('a commit in the reply is told, as no load over HTTP asks for one', async () => {
  const { link, until, told } = await open(answering(reply(ack('ID1', 'CA'))))
  send(link, 0, 1)
  await until('accepted 0')
  expect(told).toContain('tolerated: commit-ack-in-original-mode')
})

test('messages far larger than the one before, cut replies and a chunked acknowledgement', async () => {
  const bodies: number[] = []
  const { link, until } = await open(
    socket => {
      let text = ''
      socket.on('data', bytes => {
        text += bytes.toString('latin1')
        const head = text.indexOf('\r\n\r\n')
        const length = Number(/Content-Length: (\d+)/.exec(text)?.[1])
        if (head === -1 || text.length < head + 4 + length) return
        const id = /\|(ID\d+)\|/.exec(text)![1]!
        bodies.push(text.length - head - 4)
        text = ''
        const [one, two] = [ack(id).slice(0, 10), ack(id).slice(10)]
        const chunk = (part: string) => `${part.length.toString(16)}\r\n${part}\r\n`
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: Application/HL7-v2\r\nTransfer-')
        setImmediate(() => socket.write(`Encoding: chunked\r\n\r\n${chunk(one)}${chunk(two)}0\r\n\r\n`))
      })
    },
    { size: 300_000 },
  )
  for (const index of [1, 2, 3]) {
    send(link, 0, index)
    await until('accepted 0', index)
  }
  expect(bodies).toEqual([300_000, 300_000, 300_000])
})
