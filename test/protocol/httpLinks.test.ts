import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { DialledLinkOptions } from '../../src/protocol/dialledLink.ts'
import { createFhirLink } from '../../src/protocol/http/fhirLink.ts'
import { createHl7HttpLink } from '../../src/protocol/http/hl7Link.ts'
import { createRequestEncoder } from '../../src/protocol/http/request.ts'
import { listen, recordEvents, send } from './peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const fhir = {
  create: (options: DialledLinkOptions) =>
    createFhirLink({
      ...options,
      stream: {
        operations: [{ name: 'search', statuses: [200], resourceType: 'Bundle', total: 1 }],
        render(_index, draft) {
          draft.path.bytes = Buffer.from('/Patient')
          draft.path.length = 8
        },
      },
      encode: createRequestEncoder({ authority: 'peer', basePath: '/fhir' }),
      base: 'http://peer/fhir',
      identityOf: () => Buffer.from('ID'),
      parses: () => false,
    }),
  type: 'application/fhir+json',
  body: '{"resourceType":"Bundle","total":1}',
}

const hl7 = {
  create: (options: DialledLinkOptions) =>
    createHl7HttpLink({
      ...options,
      path: '/hl7',
      stream: {
        render(_index, out) {
          out.bytes = Buffer.from('MSH|^~\\&|||||||ADT^A01|ID|T|2.5.1\r')
          out.length = out.bytes.length
        },
      },
      indexOf: () => 1,
    }),
  type: 'application/hl7-v2',
  body: 'MSH|^~\\&|||||20261122||ACK|1|T|2.5.1\rMSA|AA|ID\r',
}

describe.each([
  ['FHIR', fhir],
  ['HL7', hl7],
] as const)('over HTTP, %s:', (_, { create, type, body }) => {
  const reply = (headers = '') =>
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
  const endless = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`

  async function open(answer: (socket: Socket, nth: number) => void) {
    const peer = await listen((socket, nth) => void socket.on('data', () => answer(socket, nth)))
    const recorder = recordEvents()
    const endpoint = { host: '127.0.0.1', port: peer.port }
    const link = create({ id: 5, endpoint, connectTimeoutMs: 5000, events: recorder.events })
    closing.push(() => link.close(), peer.close)
    await recorder.until('opened 5')
    return { link, ...recorder }
  }

  test('where the server closes after its reply, the next request goes over a new connection, and nothing is lost', async () => {
    const { link, told, until } = await open(socket => socket.write(reply('Connection: close\r\n')))
    send(link, 0, 1)
    expect(link.isOpen).toBe(true)
    await until('accepted 0')
    expect(link.isOpen).toBe(false)
    await until('opened 5', 2)
    send(link, 0, 1)
    await until('accepted 0', 2)
    expect(told.some(text => text.startsWith('lost'))).toBe(false)
  })

  test('a reply that ends with the connection is whole', async () => {
    const { link, told, until } = await open(socket => socket.end(endless + body))
    send(link, 0, 1)
    await until('accepted 0')
    await until('opened 5', 2)
    expect(told.some(text => text.startsWith('lost'))).toBe(false)
  })

  test('a reply that was to end with its connection is lost when the connection is reset', async () => {
    const { link, told, until } = await open(socket => {
      socket.write(endless + body.slice(0, -20))
      setTimeout(() => socket.resetAndDestroy(), 20)
    })
    send(link, 0, 1)
    await until('lost: ECONNRESET')
    expect(told.some(text => text.startsWith('accepted'))).toBe(false)
  })

  test('a connection that closes in the middle of a reply is lost, and the next reply is not mixed up with it', async () => {
    const { link, told, until } = await open((socket, nth) =>
      nth === 0 ? socket.end(reply().slice(0, -5)) : socket.write(reply()),
    )
    send(link, 0, 1)
    await until('opened 5', 2)
    send(link, 0, 1)
    await until('accepted 0')
    expect(told).toEqual(['opened 5', 'lost: closed by the peer', 'opened 5', 'accepted 0'])
  })

  test('what is no HTTP reply is mismatched with the reason, and the link is dialled again', async () => {
    const { link, told, until } = await open(socket =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'),
    )
    send(link, 0, 1)
    await until('opened 5', 2)
    const reason = 'two different Content-Lengths'
    const explained = `explained: ${reason}, at byte 36 of its connection`
    expect(told).toEqual(['opened 5', explained, `mismatched 0: ${reason}`, `lost: ${reason}`, 'opened 5'])
  })

  const unasked = 'tolerated: a reply that was not asked for'

  test.each([
    ['a second reply', reply()],
    ['the beginning of a head', 'HTTP/1.1 201 Created\r\nX-Junk: '],
    ['a head without its body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'],
    ['something else', 'hello'],
  ])('%s behind a reply is told, and not taken for an answer to the next request', async (_what, more) => {
    const { link, told, until } = await open((socket, nth) => socket.write(reply() + (nth === 0 ? more : '')))
    send(link, 0, 1)
    await until('accepted 0')
    expect(link.isOpen).toBe(false)
    await until('opened 5', 2)
    send(link, 0, 1)
    await until('accepted 0', 2)
    expect(told).toEqual(['opened 5', unasked, 'accepted 0', 'opened 5', 'accepted 0'])
  })

  test('what comes while no request is in flight, whole or not, is told and ends the connection', async () => {
    for (const more of [reply(), 'HTTP/1.1 200 OK\r\nX: ', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"']) {
      const { link, told, until } = await open((socket, nth) => {
        socket.write(reply())
        if (nth === 0) setTimeout(() => socket.write(more), 20)
      })
      send(link, 0, 1)
      await until('opened 5', 2)
      expect(told).toEqual(['opened 5', 'accepted 0', unasked, 'lost: a reply that was not asked for', 'opened 5'])
      send(link, 0, 1)
      await until('accepted 0', 2)
    }
  })
})
