import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFhirTarget } from '../../src/target/fhirTarget.ts'
import type { StartedTarget } from '../../src/target/startedTarget.ts'

let target: StartedTarget

beforeAll(async () => {
  const behaviour = { serviceTime: { distribution: 'constant', meanMs: 0, cv: 0 }, faults: [] } as const
  const options = { host: '127.0.0.1', port: 0, behaviour, seed: 1, arrivalsFile: null, basePath: '/fhir' }
  target = await startFhirTarget({ ...options, population: 3 })
})
afterAll(() => target.close())

/** Writes pieces one after the other and reads until the peer closes; null = it did not. */
function exchange(pieces: readonly (string | Uint8Array)[], waitMs = 5_000): Promise<string | null> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(target.port, '127.0.0.1', () => {
      void writeAll(socket, pieces)
    })
    socket.setNoDelay(true)
    const timer = setTimeout(() => {
      socket.destroy()
      resolve(null)
    }, waitMs)
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
  })
}

/** Piece by piece, so that each is a read of its own at the peer. */
async function writeAll(socket: Socket, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}

const statusesOf = (text: string | null) =>
  text === null ? ['left open'] : [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)

const POST = 'POST /fhir/Patient/_search HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
const GET = 'GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n'
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
const SMUGGLED = `${GET}\r\n`

const SHAPES: Record<string, string> = {
  'two different lengths': `${POST}Content-Length: 3\r\nContent-Length: 5\r\n\r\na=bcd${SMUGGLED}`,
  'a length twice': `${POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b${SMUGGLED}`,
  'a list of lengths': `${POST}Content-Length: 3, 3\r\n\r\na=b${SMUGGLED}`,
  'a length and chunked': `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'chunked and a length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'chunked twice': `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'another coding': `${POST}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'chunked misspelt': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a length with a sign': `${POST}Content-Length: +3\r\n\r\na=b${SMUGGLED}`,
  'a length with a space inside': `${POST}Content-Length: 3 3\r\n\r\na=b${SMUGGLED}`,
  'a length in hexadecimal': `${POST}Content-Length: 0x3\r\n\r\na=b${SMUGGLED}`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`,
  'a length without digits': `${POST}Content-Length: \r\n\r\n${SMUGGLED}`,
  'a length beyond 2^64': `${POST}Content-Length: 18446744073709551617\r\n\r\n${SMUGGLED}`,
  'a bare CR in a header': `${GET}X-A: 1\rX-B: 2\r\n\r\n`,
  'a bare LF between headers': `GET /fhir/metadata HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n`,
  'a folded header': `${GET}X-A: 1\r\n 2\r\n\r\n`,
  'a folded length': `${POST}Content-Length:\r\n 3\r\n\r\na=b${SMUGGLED}`,
  'white space before the colon': `${POST}Content-Length : 3\r\n\r\na=b${SMUGGLED}`,
  'a header without a colon': `${GET}X-A\r\n\r\n`,
  'a header without a name': `${GET}: 1\r\n\r\n`,
  'white space before the first header': `GET /fhir/metadata HTTP/1.1\r\n Host: x\r\n\r\n`,
  'NUL in a header': `${GET}X-A: 1\0\r\n\r\n`,
  'NUL in a name': `${GET}X\0A: 1\r\n\r\n`,
  'NUL in the path': `GET /fhir/\0 HTTP/1.1\r\nHost: x\r\n\r\n`,
  'a chunk size with a sign': `${CHUNKED}+3\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'a chunk size with a prefix': `${CHUNKED}0x3\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'a chunk size after a space': `${CHUNKED} 3\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'a chunk size beyond 2^64': `${CHUNKED}10000000000000003\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'no chunk size': `${CHUNKED}\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'a chunk longer than its size': `${CHUNKED}3\r\na=bcd\r\n0\r\n\r\n${SMUGGLED}`,
  'a chunk whose line ends with LF': `${CHUNKED}3\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'an endless chunk extension': `${CHUNKED}3;${'x'.repeat(40_000)}\r\na=b\r\n0\r\n\r\n${SMUGGLED}`,
  'a trailer without end': `${CHUNKED}0\r\n${'X-A: 1\r\n'.repeat(6_000)}\r\n${SMUGGLED}`,
  'a head without end': `${GET}${'X-A: 1\r\n'.repeat(6_000)}\r\n`,
  'one endless header': `${GET}X-A: ${'x'.repeat(40_000)}\r\n\r\n`,
  'an endless path': `GET /fhir/${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  'HTTP/0.9': 'GET /fhir/metadata\r\n\r\n',
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'another version': 'GET /fhir/metadata HTTP/1.9\r\nHost: x\r\n\r\n',
  'another protocol': '\x0bMSH|^~\\&|A|B\r\x1c\r',
  'a method nobody knows': 'EVIL /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n',
  'no host': 'GET /fhir/metadata HTTP/1.1\r\n\r\n',
}

describe('a request that is no plain HTTP/1.1 is refused with 4xx, and its connection closed', () => {
  test.each(Object.entries(SHAPES))('%s', async (_name, request) => {
    const statuses = statusesOf(await exchange([request]))
    expect(statuses.at(-1), 'the last answer before it closed').toMatch(/^4(00|13|31)$/)
    expect(statuses.filter(status => status !== '100')).toHaveLength(1)
  })
})

test('a bomb of nested lists or objects is refused with the byte at which it goes too deep', async () => {
  const post = (body: string) =>
    exchange([
      `POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ])
  for (const bomb of [
    '['.repeat(1_000_000),
    '{"a":'.repeat(200_000),
    `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ]) {
    const answer = await post(bomb)
    expect(statusesOf(answer)).toEqual(['400'])
    expect(answer).toMatch(/nested deeper than 200 levels at byte (200|1000|204)/)
  }
  expect(statusesOf(await post('{"resourceType":"Patient","text":{"div":"[[[[{{{{"}}'))).toEqual(['201'])
})

test('a good request comes through wherever it is cut, with a length and in chunks', async () => {
  const form = 'identifier=x'
  const requests = [
    `${POST}Connection: close\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
    `${POST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nident\r\n7\r\nifier=x\r\n0\r\nX-T: 1\r\n\r\n`,
  ]
  for (const request of requests) {
    const places = Array.from({ length: request.length - 1 }, (_, i) => i + 1)
    const answers = await Promise.all(
      places.map(place => exchange([request.slice(0, place), request.slice(place)], 20_000)),
    )
    expect(new Set(answers.map(answer => statusesOf(answer).join()))).toEqual(new Set(['200']))
  }
})

test('a body that never ends is not kept, and other connections are served meanwhile', async () => {
  const endless = exchange([`${CHUNKED}`, ...Array.from({ length: 40 }, () => '5\r\nabcde\r\n')], 500)
  expect(statusesOf(await exchange([`${GET}Connection: close\r\n\r\n`]))).toEqual(['200'])
  expect(await endless).toBeNull()
})
