import type { Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Expectation, RequestDraft } from '../../src/model/stream.ts'
import { createFhirLink } from '../../src/protocol/http/fhirLink.ts'
import type { ReplyFormat } from '../../src/protocol/http/format.ts'
import { jsonFormat } from '../../src/protocol/http/jsonFormat.ts'
import { LONGEST_LINK } from '../../src/protocol/http/paging.ts'
import { createRequestEncoder } from '../../src/protocol/http/request.ts'
import { xmlFormat } from '../../src/protocol/http/xmlFormat.ts'
import type { Bearer } from '../../src/protocol/smart/bearer.ts'
import { fhirTarget } from '../fixtures/target.ts'
import { listen, recordEvents, send } from './peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Search {
  readonly path?: string
  readonly total?: number | null
  readonly pageLimit?: number
  readonly format?: ReplyFormat
  readonly compress?: boolean
  readonly bearer?: Bearer
}

/** A link whose every request is the same search by query. */
async function open(
  port: number,
  {
    path = '/Patient?_count=2',
    total = null,
    pageLimit = 100,
    format = jsonFormat,
    compress = false,
    bearer,
  }: Search = {},
) {
  const recorder = recordEvents()
  const encoder = new TextEncoder()
  const expectation: Expectation = { name: 'search', statuses: [200], resourceType: 'Bundle', total, pageLimit }
  const link = createFhirLink({
    id: 5,
    endpoint: { host: '127.0.0.1', port },
    connectTimeoutMs: 5000,
    stream: {
      operations: [expectation],
      render(_index, draft: RequestDraft) {
        draft.operation = 0
        draft.method = 'GET'
        draft.path.bytes = encoder.encode(path)
        draft.path.length = draft.path.bytes.length
        draft.ifNoneExist.length = 0
        draft.body.length = 0
      },
    },
    encode: createRequestEncoder({
      authority: `127.0.0.1:${port}`,
      basePath: '/fhir',
      compress,
      format: format.mediaType.endsWith('xml') ? 'xml' : 'json',
      bearer: bearer ?? null,
    }),
    base: `http://127.0.0.1:${port}/fhir`,
    identityOf: index => encoder.encode(`ID${index}`),
    parses: () => false,
    compress,
    format,
    bearer: bearer ?? null,
    events: recorder.events,
  })
  closing.push(() => link.close())
  await recorder.until('opened 5')
  return { link, ...recorder }
}

type Serve = (asked: { path: string; nth: number; connection: number; port: number }) => string | Socket | null

/** A peer that answers request n, of all connections, with the text that it is given; null = hangs up. */
async function peerOf(serve: Serve) {
  const asked: { line: string; id: string; connection: number }[] = []
  const peer = await listen((socket, connection) => {
    socket.on('data', bytes => {
      const head = bytes.toString()
      const [line = ''] = head.split('\r\n')
      asked.push({ line, id: /X-Request-Id: (\S+)/.exec(head)![1]!, connection })
      const text = serve({ path: line.split(' ')[1]!, nth: asked.length, connection, port: peer.port })
      if (typeof text === 'string') socket.write(text)
      else socket.destroy()
    })
  })
  closing.push(peer.close)
  return { port: peer.port, asked, paths: () => asked.map(({ line }) => line.split(' ')[1]) }
}

const match = { resource: { resourceType: 'Patient' }, search: { mode: 'match' } }
const page = (next: unknown, total: number | null = null, entry: readonly object[] = [match]) =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total !== null && { total }),
    link: [{ relation: 'self', url: 'x' }, ...(next === null ? [] : [{ relation: 'next', url: next }])],
    entry,
  })
const reply = (body: string, status = '200 OK', headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Pages 1 to `count`, told apart by their query. */
const pages =
  (count: number, total: number | null = null) =>
  (path: string) => {
    const number = Number(/page=(\d+)/.exec(path)?.[1] ?? 1)
    return page(number < count ? `?page=${number + 1}` : null, total)
  }

test('whatever the page size and the population, the entries over pages are those of one whole answer', async () => {
  const { port, base } = await fhirTarget([], 30)
  const idsIn = (body: string) => [...body.matchAll(/<id value="(p\d+)"|"id":"(p\d+)"/g)].map(([, a, b]) => a ?? b)
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(34), { minLength: 1, maxLength: 35 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(jsonFormat, xmlFormat),
      fc.boolean(),
      async (numbers, pageSize, plain, compress) => {
        const criteria = `_id=${numbers.map(k => `p${k}`).join(',')}`
        const whole = await (await fetch(`${base}/Patient?${criteria}&_count=1000`)).text()
        const bodies: string[] = []
        const format = {
          ...plain,
          readPage(body: Buffer) {
            bodies.push(body.toString())
            return plain.readPage(body)
          },
        }
        const { total } = JSON.parse(whole)
        const { link, told, until } = await open(port, {
          path: `/Patient?${criteria}&_count=${pageSize}`,
          total,
          format,
          compress,
        })
        send(link, 0, 1)
        await until('accepted 0')
        link.close()
        expect(bodies.flatMap(idsIn)).toEqual(idsIn(whole))
        expect(bodies.length).toBe(Math.max(1, Math.ceil(total / pageSize)))
        expect(told.filter(text => text === 'counted: pages 1').length).toBe(bodies.length)
        const matches = told.filter(text => text.startsWith('counted: matches')).map(text => Number(text.split(' ')[2]))
        expect(matches.reduce((a, b) => a + b)).toBe(total)
      },
    ),
    { numRuns: 60 },
  )
})

test('pages are asked for one after the other on the same connection under the same identity, and answered once', async () => {
  const { port, asked } = await peerOf(({ path }) => reply(pages(3, 3)(path)))
  const { link, told, until } = await open(port)
  send(link, 0, 7)
  await until('accepted 0')
  expect(asked).toEqual(
    ['/fhir/Patient?_count=2', '/fhir/?page=2', '/fhir/?page=3'].map(path => ({
      line: `GET ${path} HTTP/1.1`,
      id: 'ID7',
      connection: 0,
    })),
  )
  send(link, 0, 8)
  await until('accepted 0', 2)
  expect(asked.slice(3).map(({ id }) => id)).toEqual(['ID8', 'ID8', 'ID8'])
  expect(told.filter(text => !text.startsWith('counted'))).toEqual(['opened 5', 'accepted 0', 'accepted 0'])
})

test.each([
  ['Patient?page=2', '/fhir/Patient?page=2'],
  ['?page=2', '/fhir/?page=2'],
  ['/fhir?page=2', '/fhir?page=2'],
  ['/fhir/Patient/_search?page=2', '/fhir/Patient/_search?page=2'],
  ['http://127.0.0.1:PORT/fhir?_getpages=a-b&page=2', '/fhir?_getpages=a-b&page=2'],
  ['HTTP://127.0.0.1:PORT/fhir/x/../Patient?page=2', '/fhir/Patient?page=2'],
  ['Patient?page=2&token=a%2Fb%7Cc+d', '/fhir/Patient?page=2&token=a%2Fb%7Cc+d'],
  ['Patient?page=2&name=Zoë Ü', '/fhir/Patient?page=2&name=Zo%C3%AB%20%C3%9C'],
  ['Patient?page=2\r\nX-Evil: 1', '/fhir/Patient?page=2X-Evil:%201'],
])('the next link %j is asked for as %s', async (url, path) => {
  const { port, paths } = await peerOf(({ nth, port: own }) =>
    reply(page(nth === 1 ? url.replace('PORT', String(own)) : null)),
  )
  const { link, until } = await open(port)
  send(link, 0, 1)
  await until('accepted 0')
  expect(paths()[1]).toBe(path)
})

test.each([
  ['to another origin', 'http://127.0.0.2:PORT/fhir/Patient?page=2'],
  ['to another origin', 'https://127.0.0.1:PORT/fhir/Patient?page=2'],
  ['to another origin', '//example.org/fhir/Patient?page=2'],
  ['to another origin', 'javascript:alert(1)'],
  ['outside the FHIR base', '/other/Patient?page=2'],
  ['outside the FHIR base', '/fhirs?page=2'],
  ['outside the FHIR base', '../Patient?page=2'],
  ['outside the FHIR base', '%2e%2E/Patient?page=2'],
  ['that is no URL', 'http://[/fhir'],
  ['that is no URL', ''],
  ['that is no URL', 7],
  [`longer than ${LONGEST_LINK} characters`, `?${'x'.repeat(LONGEST_LINK)}`],
])('a next link %s is not followed: %j', async (reason, url) => {
  const { port, asked } = await peerOf(({ port: own }) =>
    reply(page(typeof url === 'string' ? url.replace('PORT', String(own)) : url)),
  )
  const { link, until } = await open(port)
  send(link, 0, 1)
  await until(`rejected 0: next link ${reason}`)
  expect(asked.length).toBe(1)
})

test.each([
  ['to itself', ['?page=2', '?page=2']],
  ['to an earlier page, written otherwise', ['?page=2', '?page=3', '/fhir/?page=2']],
])('a next link %s ends the search', async (_, links) => {
  const { port, asked } = await peerOf(({ nth }) => reply(page(links[nth - 1])))
  const { link, until } = await open(port)
  send(link, 0, 1)
  await until('rejected 0: next link that was followed before')
  expect(asked.length).toBe(links.length)
})

test('at the page limit the search is accepted with what was read, and counted', async () => {
  const { port, asked } = await peerOf(({ path }) => reply(pages(9, 9)(path)))
  const { link, told, until } = await open(port, { pageLimit: 4 })
  send(link, 0, 1)
  await until('accepted 0')
  expect(asked.length).toBe(4)
  expect(told).toContain('counted: page-limit-reached 1')
})

test.each([
  ['rejected 0: fewer entries over the pages than total', [4, 4, 4]],
  ['rejected 0: more entries over the pages than total', [2, 2, 2]],
  ['rejected 0: more entries over the pages than total', [2, 3, 3]],
  ['accepted 0', [3, 3, 3]],
  ['accepted 0', [3, 4, 7]],
  ['accepted 0', [null, null, 1]],
])('%s, of three entries where the totals are %j', async (told, totals) => {
  for (const total of [null, totals[0]!]) {
    const { port } = await peerOf(({ nth }) => reply(page(nth < 3 ? `?page=${nth + 1}` : null, totals[nth - 1])))
    const { link, until } = await open(port, { total })
    send(link, 0, 1)
    await until(told)
  }
})

test('a search without a total is not held against that of the one before', async () => {
  const { port } = await peerOf(({ path, nth }) => reply(nth <= 3 ? pages(3, 3)(path) : page(null)))
  const { link, until } = await open(port)
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  await until('accepted 0', 2)
})

test('the total that is expected is that of the first page', async () => {
  const { port, asked } = await peerOf(({ path }) => reply(pages(3, 3)(path)))
  const { link, until } = await open(port, { total: 2 })
  send(link, 0, 1)
  await until('rejected 0: total above 2: total-above-expected')
  expect(asked.length).toBe(1)
})

describe('a page that fails, fails the search:', () => {
  const outcome = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing"}]}'

  test.each([
    ['rejected 0: next page: http 410', reply('', '410 Gone')],
    ['deferred 0: next page: http 503 error processing', reply(outcome, '503 Service Unavailable')],
    ['rejected 0: next page: resourceType is not Bundle', reply(outcome)],
    ['rejected 0: next page: body is no JSON object', reply('{')],
    ['rejected 0: next page: empty body', reply('')],
    [
      'mismatched 0: two different Content-Lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
  ])('%s', async (told, text) => {
    const { port, paths } = await peerOf(({ path, nth }) => (nth === 2 ? text : reply(pages(3, 3)(path))))
    const { link, until } = await open(port)
    send(link, 0, 1)
    await until(told)
    if (told.startsWith('mismatched')) await until('opened 5', 2)
    // Sent again, it starts at its first page.
    send(link, 0, 1)
    await until('accepted 0')
    expect(paths()[2]).toBe('/fhir/Patient?_count=2')
  })
})

test('a connection that is lost between pages loses the search, which starts afresh', async () => {
  const { port, paths } = await peerOf(({ path, nth }) => (nth === 2 ? null : reply(pages(3, 3)(path))))
  const { link, told, until } = await open(port)
  send(link, 0, 1)
  await until('opened 5', 2)
  expect(told.some(text => text.startsWith('lost: '))).toBe(true)
  send(link, 0, 1)
  await until('accepted 0')
  expect(paths().slice(2)).toEqual(['/fhir/Patient?_count=2', '/fhir/?page=2', '/fhir/?page=3'])
})

test('with Connection: close each page is asked for over a new connection, and nothing is lost', async () => {
  const { port, asked } = await peerOf(({ path }) => reply(pages(3, 3)(path), '200 OK', 'Connection: close\r\n'))
  const { link, told, until } = await open(port)
  send(link, 0, 1)
  await until('accepted 0')
  await until('opened 5', 4)
  expect(asked.map(({ connection }) => connection)).toEqual([0, 1, 2])
  expect(told.some(text => text.startsWith('lost'))).toBe(false)
})

test('pages that end with their connection are whole', async () => {
  const peer = await listen(socket => {
    socket.on('data', bytes => socket.end(`HTTP/1.1 200 OK\r\n\r\n${pages(3, 3)(bytes.toString().split(' ')[1]!)}`))
  })
  closing.push(peer.close)
  const { link, told, until } = await open(peer.port)
  send(link, 0, 1)
  await until('accepted 0')
  expect(told.some(text => text.startsWith('lost'))).toBe(false)
})

test('a search that was given up while its next page waited for a connection is not gone on with', async () => {
  const { port, paths } = await peerOf(({ path, nth }) =>
    reply(pages(3, 3)(path), '200 OK', nth === 1 ? 'Connection: close\r\n' : ''),
  )
  const { link, told, until } = await open(port)
  send(link, 0, 1)
  while (!told.includes('counted: matches 1')) await new Promise(resolve => setImmediate(resolve))
  expect(link.isOpen).toBe(false)
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('accepted 0')
  expect(paths()).toEqual(['/fhir/Patient?_count=2', '/fhir/Patient?_count=2', '/fhir/?page=2', '/fhir/?page=3'])
})

test('a page that is refused for its token starts the search afresh with a new one', async () => {
  const { port, paths } = await peerOf(({ path, nth }) =>
    nth === 2 ? reply('', '401 Unauthorized') : reply(pages(3, 3)(path)),
  )
  const bearer = { header: Buffer.from('Authorization: Bearer a\r\n'), renew: async () => true } as unknown as Bearer
  const { link, told, until } = await open(port, { bearer })
  send(link, 0, 1)
  await until('accepted 0')
  expect(paths()[2]).toBe('/fhir/Patient?_count=2')
  expect(told).toContain('counted: auth-repeats 1')
  expect(paths().length).toBe(5)
})

describe('a page says the same in both formats:', () => {
  const xml = (inner: string) => `<Bundle xmlns="http://hl7.org/fhir">${inner}</Bundle>`
  const entry = (mode: string | null) =>
    mode === null ? '<entry/>' : `<entry><search><mode value="${mode}"/></search></entry>`
  const link = (relation: string, url: string | null) =>
    `<link><relation value="${relation}"/>${url === null ? '' : `<url value="${url}"/>`}</link>`

  test.each([
    ['nothing', [], [], { matches: 0, next: null }],
    [
      'included entries and outcomes, which do not count',
      [null, 'match', 'include', 'outcome'],
      [],
      { matches: 2, next: null },
    ],
    [
      'a next link among others',
      [],
      [
        ['self', 'a'],
        ['next', 'b'],
        ['last', 'c'],
      ],
      { matches: 0, next: 'b' },
    ],
    [
      'no next link',
      [],
      [
        ['self', 'a'],
        ['previous', 'b'],
      ],
      { matches: 0, next: null },
    ],
    [
      'a next link without a URL',
      [],
      [
        ['self', 'a'],
        ['next', null],
      ],
      { matches: 0, next: '' },
    ],
  ] as const)('%s', (_, modes, links, expected) => {
    const json = {
      resourceType: 'Bundle',
      link: links.map(([relation, url]) => ({ relation, ...(url !== null && { url }) })),
      entry: modes.map(mode => (mode === null ? {} : { search: { mode } })),
    }
    const text = links.map(([relation, url]) => link(relation, url)).join('') + modes.map(entry).join('')
    expect(jsonFormat.readPage(Buffer.from(JSON.stringify(json)))).toMatchObject(expected)
    expect(xmlFormat.readPage(Buffer.from(xml(text)))).toMatchObject(expected)
  })

  test('links and entries of resources in it are none of its own', () => {
    const inner = `<entry><resource><Bundle>${link('next', 'x')}${entry(null)}${entry('include')}</Bundle></resource></entry>`
    expect(xmlFormat.readPage(Buffer.from(xml(inner)))).toMatchObject({ matches: 1, next: null })
  })

  test('whatever stands where links and entries belong is passed over', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (some, other) => {
        const body = Buffer.from(`{"resourceType":"Bundle","link":${some},"entry":${other}}`)
        expect(typeof jsonFormat.readPage(body)).toBe('object')
      }),
    )
  })
})
