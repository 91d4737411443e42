import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createEnhancedMllpLink } from '../../src/protocol/mllp/enhancedLink.ts'
import { mllpFraming } from '../../src/protocol/mllp/framing.ts'
import { listen, recordEvents, send } from './peer.ts'

const ack = (code: string, id: string, { own = 'A1', condition = '' } = {}) =>
  `\x0bMSH|^~\\&|LAB|EAST|HIS|WEST|20261122||ACK^A01^ACK|${own}|T|2.5.1|||${condition}\rMSA|${code}|${id}\r\x1c\r`

/** A link in enhanced mode whose message i is `MSH|ID<i>`; the peer gets each id, and whatever else it is sent. */
async function open(serve: (socket: Socket, text: string) => void, window = 1) {
  const peer = await listen(socket => socket.on('data', bytes => serve(socket, bytes.toString('latin1'))))
  const recorder = recordEvents()
  const link = createEnhancedMllpLink({
    id: 5,
    endpoint: { host: '127.0.0.1', port: peer.port },
    connectTimeoutMs: 5000,
    framing: mllpFraming,
    window,
    stream: {
      render(index, out) {
        out.bytes.set(Buffer.from(`MSH|ID${index}\r`))
        out.length = `MSH|ID${index}\r`.length
      },
    },
    indexOf: (bytes, start, end) =>
      Number(/^ID(\d+)$/.exec(Buffer.from(bytes.subarray(start, end)).toString())?.[1] ?? -1),
    events: recorder.events,
  })
  onTestFinished(async () => {
    link.close()
    await peer.close()
  })
  await recorder.until('opened 5')
  return { link, ...recorder }
}

const told = (all: readonly string[]) => all.filter(text => !text.startsWith('opened'))
const idOf = (text: string) => /MSH\|(ID\d+)/.exec(text)?.[1]

test('a commit tells that the message is committed, the application ack ends the exchange', async () => {
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) => socket.write(ack('CA', idOf(text)!) + ack('AA', idOf(text)!)))
  send(link, 0, 1)
  await until('accepted 0')
  expect(told(all)).toEqual(['committed 0', 'accepted 0'])
})

test.each(['CE', 'CR'])('%s ends the exchange, and is a commit ack by its time', async code => {
  const { link, until, told: all } = await open((socket, text) => socket.write(ack(code, idOf(text)!)))
  send(link, 0, 1)
  await until(`rejected 0: ${code}`)
  expect(told(all)).toEqual(['committed 0', `explained: ${code}`, `rejected 0: ${code}`])
})

test('an application ack before the commit ends the exchange; the commit after it belongs to nobody else', async () => {
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) => {
    const id = idOf(text)
    socket.write(id === 'ID1' ? ack('AA', id) : ack('CA', 'ID1') + ack('CA', id!) + ack('AA', id!))
  })
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  await until('accepted 0', 2)
  expect(told(all)).toEqual([
    'tolerated: application-ack-without-commit',
    'accepted 0',
    'tolerated: commit-after-application-ack',
    'committed 0',
    'accepted 0',
  ])
})

test('a second commit is told and changes nothing', async () => {
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) =>
    socket.write(ack('CA', idOf(text)!) + ack('CA', idOf(text)!) + ack('AE', idOf(text)!)),
  )
  send(link, 0, 1)
  await until('rejected 0: AE')
  expect(told(all)).toEqual(['committed 0', 'tolerated: repeated-commit', 'explained: AE', 'rejected 0: AE'])
})

test('commits of one window come in any order, each for its own message', async () => {
  const ids: string[] = []
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) => {
    ids.push(...[...text.matchAll(/MSH\|(ID\d+)/g)].map(match => match[1]!))
    if (ids.length === 2) socket.write(ack('CA', 'ID2') + ack('CA', 'ID1') + ack('AA', 'ID2') + ack('AA', 'ID1'))
  }, 2)
  send(link, 0, 1)
  send(link, 1, 2)
  await until('accepted 0')
  expect(told(all)).toEqual(['committed 1', 'committed 0', 'accepted 1', 'accepted 0'])
})

test.each([
  ['AL', true],
  ['SU', true],
  ['ER', false],
  ['NE', false],
  ['', false],
])('an application ack whose MSH-15 is %j gets a commit ack of its own: %j', async (condition, asks) => {
  let received = ''
  const { link, until } = await open((socket, text) => {
    received += text
    const id = idOf(text)
    if (id === 'ID1') socket.write(ack('CA', id) + ack('AA', id, { own: 'OWN 7 \\T\\', condition }))
    else if (id !== undefined) socket.write(ack('AA', id))
  })
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  await until('accepted 0', 2)
  const commit =
    /\x0bMSH\|\^~\\&\|HIS\|WEST\|LAB\|EAST\|\d{14}\+0000\|\|ACK\|CA1\|T\|2\.5\.1\rMSA\|CA\|OWN 7 \\T\\\r\x1c\r/
  expect(commit.test(received)).toBe(asks)
})

test('a commit for another message is never credited', async () => {
  const { link, until, told: all } = await open((socket, text) => socket.write(ack('CA', `${idOf(text)} `)))
  send(link, 0, 1)
  await until('opened 5', 2)
  expect(told(all)).toEqual(['mismatched 0: another control id', 'lost: redialled after a mismatched answer'])
})

test('a late commit and a late application ack on the next connection are nobody’s, and the latter is committed', async () => {
  let received = ''
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) => {
    received += text
    if (idOf(text) === 'ID2')
      socket.write(ack('CA', 'ID1') + ack('AA', 'ID1', { condition: 'AL' }) + ack('CA', 'ID2') + ack('AA', 'ID2'))
  })
  send(link, 0, 1)
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('accepted 0')
  send(link, 0, 3)
  await expect.poll(() => received).toContain('ID3')
  expect(told(all)).toEqual(['tolerated: late-ack', 'tolerated: late-ack', 'committed 0', 'accepted 0'])
  expect(received.match(/MSA\|CA\|A1/g)).toHaveLength(1)
})

test('a commit that comes again after many other messages is passed over', async () => {
  const {
    link,
    until,
    told: all,
  } = await open((socket, text) => {
    const id = idOf(text)!
    socket.write((id === 'ID9' ? ack('CA', 'ID0') : '') + ack('CA', id) + ack('AA', id))
  })
  for (let i = 0; i < 10; i++) {
    send(link, 0, i)
    await until('accepted 0', i + 1)
  }
  expect(told(all).filter(text => !/^(committed|accepted)/.test(text))).toEqual([
    'tolerated: commit-after-application-ack',
  ])
})

test.each([
  ['AA', 'CE', 'repeated-ack-that-rejects'],
  ['AA', 'AE', 'repeated-ack-that-rejects'],
  ['CE', 'AA', 'repeated-ack-that-accepts'],
  ['CE', 'CE', 'repeated-ack'],
])('%s and then %s for the same message: the first counts, the second is told as %s', async (first, second, kind) => {
  const { link, until } = await open((socket, text) => {
    const id = idOf(text)!
    socket.write((first === 'AA' ? ack('CA', id) : '') + ack(first, id) + ack(second, id))
  })
  send(link, 0, 1)
  await until(first === 'AA' ? 'accepted 0' : `rejected 0: ${first}`)
  await until(`tolerated: ${kind}`)
})
