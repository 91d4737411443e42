import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Expectation, RequestDraft } from '../../src/model/stream.ts'
import { createFhirLink } from '../../src/protocol/http/fhirLink.ts'
import { createRequestEncoder } from '../../src/protocol/http/request.ts'
import { listen, recordEvents, send } from './peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const search: Expectation = { name: 'search', statuses: [200], resourceType: 'Bundle', total: 1 }
const bundle = (total: number) =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    total,
    entry: [{ resource: { resourceType: 'ExplanationOfBenefit', total: [{ amount: 7 }] } }],
  })
const reply = (body: string, status = '200 OK', headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

async function open(
  serve: (socket: Socket, nth: number) => void,
  { expectation = search, body = 'identifier=x', parses = false, compress = false } = {},
) {
  const peer = await listen(serve)
  const recorder = recordEvents()
  const encoder = new TextEncoder()
  const link = createFhirLink({
    id: 5,
    endpoint: { host: '127.0.0.1', port: peer.port },
    connectTimeoutMs: 5000,
    stream: {
      operations: [expectation],
      render(index, draft: RequestDraft) {
        draft.operation = 0
        draft.method = 'POST'
        draft.contentType = 'application/x-www-form-urlencoded'
        for (const [part, text] of [
          ['path', '/Patient/_search'],
          ['ifNoneExist', ''],
          ['body', `${body}${index}`],
        ] as const) {
          draft[part].bytes = encoder.encode(text)
          draft[part].length = draft[part].bytes.length
        }
      },
    },
    encode: createRequestEncoder({
      authority: `127.0.0.1:${peer.port}`,
      basePath: '/fhir',
      compress,
      cache: 'no-cache',
    }),
    base: `http://127.0.0.1:${peer.port}/fhir`,
    identityOf: index => encoder.encode(`ID${index}`),
    parses: () => parses,
    compress,
    events: recorder.events,
  })
  closing.push(() => link.close(), peer.close)
  await recorder.until('opened 5')
  return { link, port: peer.port, ...recorder }
}

const answer = (text: string) => (socket: Socket) => void socket.on('data', () => socket.write(text))

test('a request is plain HTTP/1.1 with its identity, length and body', async () => {
  let request = ''
  const { link, port, until } = await open(socket => {
    socket.on('data', bytes => {
      request += bytes.toString()
      socket.write(reply(bundle(1)))
    })
  })
  send(link, 0, 4)
  await until('accepted 0')
  expect(request).toBe(
    `POST /fhir/Patient/_search HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/fhir+json\r\nAccept-Encoding: identity\r\nUser-Agent: hl7bench\r\nX-Request-Id: ID4\r\nCache-Control: no-cache\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\nidentifier=x4`,
  )
})

test.each([
  ['accepted 0', reply(bundle(1))],
  ['accepted 0', reply(JSON.stringify(JSON.parse(bundle(1)), null, 2))],
  [
    'accepted 0',
    reply(JSON.stringify({ entry: [{ resource: { resourceType: 'Patient' } }], total: 1, resourceType: 'Bundle' })),
  ],
  ['rejected 0: total below 1', reply(bundle(0))],
  ['rejected 0: Bundle without total', reply('{"resourceType":"Bundle","entry":[{"resource":{"total":1}}]}')],
  [
    'rejected 0: resourceType is not Bundle',
    reply('{"contained":[{"resourceType":"Bundle","total":1}],"resourceType":"OperationOutcome"}'),
  ],
  ['rejected 0: total above 1: total-above-expected', reply('{"resourceType":"Bundle","total":1.5}')],
  ['rejected 0: total above 1: total-above-expected', reply(bundle(2))],
  ['rejected 0: total above 1: total-above-expected', reply(bundle(11))],
  ['rejected 0: Bundle without total', reply('{"resourceType":"Bundle"}')],
  ['rejected 0: resourceType is not Bundle', reply('{"resourceType":"OperationOutcome"}')],
  ['rejected 0: body is no JSON object', reply('{"resourceType":"Bundle","total":')],
  ['rejected 0: empty body', reply('')],
  ['deferred 0: http 503', reply('', '503 Service Unavailable')],
  ['deferred 0: http 429, after 3000 ms', reply('', '429 Too Many Requests', 'Retry-After: 3\r\n')],
  [
    'deferred 0: http 503, after 4000 ms',
    reply(
      '',
      '503 Service Unavailable',
      'date: Fri, 31 Dec 1999 23:59:50 GMT\r\nRetry-After: Fri, 31 Dec 1999 23:59:54 GMT\r\n',
    ),
  ],
  ['deferred 0: http 409, 3 times', reply('', '409 Conflict')],
  [
    'rejected 0: http 422 error processing',
    reply(
      '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing","diagnostics":"Mr. X"}]}',
      '422 X',
    ),
  ],
  ['rejected 0: http 412: duplicate-resource', reply('', '412 Precondition Failed')],
])('%s', async (told, text) => {
  for (const parses of [false, true]) {
    const { link, until } = await open(answer(text), { parses })
    send(link, 0, 1)
    await until(told)
  }
})

test.each([
  ['accepted 0', bundle(1)],
  ['rejected 0: body is no JSON object', '{"resourceType":"Bundle","total":1,"entry":[{'],
])(
  'a body that ends with its connection is parsed whole, as nothing else tells whether it was cut: %s',
  async (told, body) => {
    const { link, until } = await open(socket => {
      socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`))
    })
    send(link, 0, 1)
    await until(told)
  },
)

test.each([
  ['created', '201 Created', [200, 304]],
  ['repeated', '200 OK', [200, 304]],
  ['repeated', '304 Not Modified', [200, 304]],
  ['accepted', '201 Created', undefined],
])(
  'only of a conditional create it is known whether it was there (%s by http %s)',
  async (outcome, status, existed) => {
    const creates = { name: 'create', statuses: [201, 200, 304], resourceType: null, total: null }
    const { link, until } = await open(answer(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`), {
      expectation: { ...creates, ...(existed && { existed }) },
    })
    send(link, 0, 4)
    await until(`${outcome} 0`)
  },
)

test('a large body goes out whole although the answer comes before its end', async () => {
  let received = 0
  const { link, until } = await open(
    socket => {
      socket.once('data', () => socket.write(reply(bundle(1))))
      socket.on('data', bytes => {
        received += bytes.length
      })
    },
    { body: 'x'.repeat(5_000_000) },
  )
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  while (received < 10_000_000) await new Promise(resolve => setTimeout(resolve, 5))
})

describe('gzip', () => {
  const zipped =
    (body: Uint8Array, coding = 'gzip') =>
    (socket: Socket) =>
      void socket.on('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`)
        socket.write(body)
      })
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x20), { level: 9 })

  test.each([
    ['accepted 0', gzipSync(bundle(1)), true],
    ['rejected 0: total above 1: total-above-expected', gzipSync(bundle(2)), true],
    ['rejected 0: gzip that was not asked for', gzipSync(bundle(1)), false],
    ['rejected 0: gzip body is broken', gzipSync(bundle(1)).subarray(0, 30), true],
    ['rejected 0: gzip body inflates beyond 67108864 bytes', bomb, true],
  ])('%s', async (told, body, compress) => {
    const { link, until } = await open(zipped(body), { compress })
    send(link, 0, 1)
    await until(told)
    // The connection goes on.
    send(link, 0, 2)
    await until(told, 2)
  })

  test('another coding is refused', async () => {
    const { link, until } = await open(zipped(Buffer.from('x'), 'br'), { compress: true })
    send(link, 0, 1)
    await until('rejected 0: content coding other than gzip')
  })
})

describe('entries of a Bundle', () => {
  const batch: Expectation = { name: 'batch', statuses: [200], resourceType: 'Bundle', total: null, entries: 3 }
  const answered = (...statuses: string[]) =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: statuses.map(status => ({
        resource: { resourceType: 'Coverage', status: 'active' },
        response: { status },
      })),
    })

  test.each([
    ['accepted 0', ['201 Created', '200 OK', '304'], 0],
    ['rejected 0: entry http 409', ['201 Created', '409 Conflict', '500'], 2],
    ['rejected 0: entry http 412: duplicate-resource', ['412', '200', '200'], 1],
    ['rejected 0: fewer than 3 entries answered', ['201', '201'], 0],
    ['rejected 0: entry http 400', ['201', '200', '400'], 1],
    ['rejected 0: more than 3 entries answered', ['201', '201', '201', '201'], 0],
  ])('%s', async (told, statuses, failed) => {
    for (const parses of [false, true]) {
      const {
        link,
        until,
        told: all,
      } = await open(answer(reply(answered(...statuses))), { expectation: batch, parses })
      send(link, 0, 1)
      await until(told)
      expect(all).toContain(`counted: entries ${statuses.length}`)
      expect(all.some(text => text === `counted: entries-failed ${failed}`)).toBe(failed > 0)
      const places = [...statuses.keys()].filter(place => !statuses[place]!.startsWith('20'))
      const refused = all.filter(text => text.startsWith('entries refused'))
      expect(refused).toEqual(failed > 0 ? [`entries refused 0: ${places.join()}`] : [])
    }
  })
})
