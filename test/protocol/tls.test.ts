import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { Dialled } from '../../src/protocol/dial.ts'
import { mllpFraming } from '../../src/protocol/mllp/framing.ts'
import { createMllpLink } from '../../src/protocol/mllp/link.ts'
import { TlsClient } from '../../src/protocol/tls.ts'
import { recordEvents, send } from './peer.ts'
import { clientOf, listenTls, makePki, type Pki } from './tlsServer.ts'

const pki: Pki = await makePki()
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const ack = (id: string) => `\x0bMSH|^~\\&|||||20261122||ACK|1|T|2.5.1\rMSA|AA|${id}\r\x1c\r`
const answering = (socket: import('node:net').Socket) => {
  let text = ''
  socket.on('data', bytes => {
    text += bytes.toString('latin1')
    for (let end = text.indexOf('\x1c\r'); end !== -1; end = text.indexOf('\x1c\r')) {
      const id = /\x0bMSH\|(ID\d+)/.exec(text)![1]!
      text = text.slice(end + 2)
      socket.write(ack(id), 'latin1')
    }
  })
}

function link(port: number, tls: TlsClient, { window = 1, size = 0, id = 0 } = {}) {
  const recorder = recordEvents()
  const made = createMllpLink({
    id,
    endpoint: { host: '127.0.0.1', port },
    tls,
    connectTimeoutMs: 5000,
    framing: mllpFraming,
    window,
    stream: {
      render(index, out) {
        const bytes = Buffer.from(`MSH|ID${index}\r`.padEnd(size, String(index % 10)))
        if (out.bytes.length < bytes.length) out.bytes = new Uint8Array(bytes.length)
        out.bytes.set(bytes)
        out.length = bytes.length
      },
    },
    indexOf: (bytes, start, end) =>
      Number(/^ID(\d+)$/.exec(Buffer.from(bytes.subarray(start, end)).toString())?.[1] ?? -1),
    events: recorder.events,
  })
  closing.unshift(() => made.close())
  return { link: made, ...recorder }
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a redial resumes the session of the connection before, by %s',
  async maxVersion => {
    const server = await listenTls(pki, { maxVersion }, answering)
    closing.push(server.close)
    const { link: own, until } = link(server.port, new TlsClient(clientOf(pki)))
    await until('opened 0')
    send(own, 0, 1)
    await until('accepted 0')
    expect([own.handshakes, own.resumed]).toEqual([1, 0])
    own.redial()
    await until('opened 0', 2)
    send(own, 0, 2)
    await until('accepted 0', 2)
    expect([own.handshakes, own.resumed]).toEqual([2, 1])
  },
)

test('the links of a process share their session', async () => {
  const server = await listenTls(pki, {}, answering)
  closing.push(server.close)
  const tls = new TlsClient(clientOf(pki))
  const first = link(server.port, tls)
  await first.until('opened 0')
  send(first.link, 0, 1)
  await first.until('accepted 0')
  const second = link(server.port, tls, { id: 1 })
  await second.until('opened 1')
  expect([second.link.handshakes, second.link.resumed]).toEqual([1, 1])
})

test('many messages in flight on a connection keep their bytes, though TLS tells late what it has taken', async () => {
  const received: string[] = []
  const server = await listenTls(pki, {}, socket => {
    let text = ''
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\x1c\r'); end !== -1; end = text.indexOf('\x1c\r')) {
        const frame = text.slice(1, end)
        text = text.slice(end + 2)
        received.push(frame)
        socket.write(ack(/^MSH\|(ID\d+)/.exec(frame)![1]!), 'latin1')
      }
    })
  })
  closing.push(server.close)
  const { link: own, until, told } = link(server.port, new TlsClient(clientOf(pki)), { window: 8, size: 40_000 })
  await until('opened 0')
  for (let round = 0; round < 20; round++) {
    for (let slot = 0; slot < 8; slot++) send(own, slot, round * 8 + slot)
    for (let slot = 0; slot < 8; slot++) await until(`accepted ${slot}`, round + 1)
  }
  const sent = Array.from({ length: 160 }, (_, index) => `MSH|ID${index}\r`.padEnd(40_000, String(index % 10)))
  expect(received).toEqual(sent)
  expect(told.filter(each => !each.startsWith('accepted'))).toEqual(['opened 0'])
})

test.each([
  ['of another authority', { ca: [pki.foreign.certificate] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['for another name', { serverName: 'other.example.org' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('a server with a certificate %s is never sent a message', async (_, more, code) => {
  const server = await listenTls(pki, {}, answering)
  closing.push(server.close)
  const { link: own, until } = link(server.port, new TlsClient(clientOf(pki, more)))
  await until(`refused: ${code}`)
  expect(own.isOpen).toBe(false)
  expect(own.handshakes).toBe(0)
})

test('the name that is asked for is sent, and no application protocol is offered', async () => {
  const asked: unknown[] = []
  const SNICallback = (name: string, done: (error: null) => void) => {
    asked.push(name)
    done(null)
  }
  const server = await listenTls(pki, { SNICallback }, socket => {
    asked.push((socket as import('node:tls').TLSSocket).alpnProtocol)
    answering(socket)
  })
  closing.push(server.close)
  const { link: own, until } = link(server.port, new TlsClient(clientOf(pki, { serverName: 'localhost' })))
  await until('opened 0')
  send(own, 0, 1)
  await until('accepted 0')
  expect(asked).toEqual(['localhost', false])
})

test('what is written may be changed at once, unless it waits for an earlier write', async () => {
  const hashes: string[] = []
  const size = 3_000_000
  let received = Buffer.alloc(0)
  const server = await listenTls(pki, {}, socket => {
    socket.on('data', bytes => {
      received = Buffer.concat([received, bytes])
      if (received.length < size) return
      hashes.push(createHash('sha256').update(received.subarray(0, size)).digest('hex'))
      received = received.subarray(size)
    })
  })
  closing.push(server.close)
  const opened = Promise.withResolvers<void>()
  const dialled = new Dialled({
    host: '127.0.0.1',
    port: server.port,
    tls: new TlsClient(clientOf(pki)),
    connectTimeoutMs: 5000,
    onOpen: opened.resolve,
    onBytes() {},
    onLost() {},
    onRefused: opened.reject,
  })
  closing.unshift(() => dialled.close())
  dialled.dial()
  await opened.promise
  const [first, second] = [Buffer.alloc(size, 'a'), Buffer.alloc(size, 'b')]
  const wanted = [first, second].map(bytes => createHash('sha256').update(bytes).digest('hex'))
  dialled.write(first)
  const firstEnd = dialled.bytesOut
  first.fill('x')
  dialled.write(second)
  const secondEnd = dialled.bytesOut
  expect([dialled.holds(firstEnd), dialled.holds(secondEnd)]).toEqual([false, true])
  while (dialled.holds(secondEnd)) await new Promise(resolve => setImmediate(resolve))
  second.fill('x')
  while (hashes.length < 2) await new Promise(resolve => setImmediate(resolve))
  expect(hashes).toEqual(wanted)
})
