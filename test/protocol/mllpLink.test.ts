import type { Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Link } from '../../src/protocol/link.ts'
import { mllpFraming } from '../../src/protocol/mllp/framing.ts'
import { createMllpLink } from '../../src/protocol/mllp/link.ts'
import { fullBacklog, listen, recordEvents, send } from './peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const ack = (id: string, code = 'AA') => `\x0bMSH|^~\\&|||||20261122||ACK|1|T|2.5.1\rMSA|${code}|${id}\r\x1c\r`
const idsIn = (bytes: Buffer) => [...bytes.toString('latin1').matchAll(/\x0bMSH\|(ID\d+)/g)].map(match => match[1]!)

/** A link whose message i is `MSH|ID<i>` padded to `size` bytes. */
async function open(serve: (socket: Socket, nth: number) => void, { window = 1, size = 0 } = {}) {
  const peer = await listen(serve)
  const recorder = recordEvents()
  const link: Link = createMllpLink({
    id: 5,
    endpoint: { host: '127.0.0.1', port: peer.port },
    connectTimeoutMs: 5000,
    framing: mllpFraming,
    window,
    stream: {
      render(index, out) {
        const bytes = Buffer.from(`MSH|ID${index}\r`.padEnd(size, 'x'))
        if (out.bytes.length < bytes.length) out.bytes = new Uint8Array(bytes.length)
        out.bytes.set(bytes)
        out.length = bytes.length
      },
    },
    indexOf: (bytes, start, end) => {
      const id = /^ID(\d+)$/.exec(Buffer.from(bytes.subarray(start, end)).toString())?.[1]
      return id === undefined ? -1 : Number(id)
    },
    events: recorder.events,
  })
  closing.push(() => link.close(), peer.close)
  await recorder.until('opened 5')
  return { link, ...recorder }
}

const answer = (reply: (id: string) => string) => (socket: Socket) =>
  void socket.on('data', bytes => idsIn(bytes).map(id => socket.write(reply(id), 'latin1')))

test('a message goes out as one MLLP frame and its AA is an accepted reply', async () => {
  let received = ''
  const { link, until } = await open(socket => {
    socket.on('data', bytes => {
      received += bytes.toString('latin1')
      socket.write(ack('ID7'))
    })
  })
  send(link, 0, 7)
  await until('accepted 0')
  expect(received).toBe('\x0bMSH|ID7\r\x1c\r')
  expect(link.bytesOut).toBe(received.length)
})

test.each(['AE', 'AR', 'CE', 'CR'])('%s is rejected with its code', async code => {
  const { link, until } = await open(answer(id => ack(id, code)))
  send(link, 0, 1)
  await until(`rejected 0: ${code}`)
})

test('acks are matched by id, not by order, when the window is above 1', async () => {
  const { link, told, until } = await open(
    socket => {
      const ids: string[] = []
      socket.on('data', bytes => {
        ids.push(...idsIn(bytes))
        if (ids.length === 3) socket.write([ack('ID30'), ack('ID10'), ack('ID20')].join(''))
      })
    },
    { window: 3 },
  )
  send(link, 0, 10)
  send(link, 1, 20)
  send(link, 2, 30)
  await until('accepted 1')
  expect(told.filter(text => text.startsWith('accepted'))).toEqual(['accepted 2', 'accepted 0', 'accepted 1'])
})

test('an ack that is cut after every byte is read', async () => {
  const { link, until } = await open(socket => {
    socket.setNoDelay(true)
    socket.on('data', async () => {
      for (const byte of ack('ID1')) {
        socket.write(byte)
        await new Promise(resolve => setTimeout(resolve, 1))
      }
    })
  })
  send(link, 0, 1)
  await until('accepted 0')
})

test.each([
  ['another control id', ack('ID99')],
  ['another control id', ack('')],
  ['another control id', ack('ID1 ')],
  ['not an acknowledgement', '\x0bMSH|^~\\&|no MSA\r\x1c\r'],
])('%s is mismatched, and the link is dialled again', async (reason, reply) => {
  const { link, told, until } = await open(answer(() => reply))
  send(link, 0, 1)
  await until('opened 5', 2)
  expect(told).toEqual(['opened 5', `mismatched 0: ${reason}`, 'lost: redialled after a mismatched answer', 'opened 5'])
})

test('a byte more or less, a changed case or a high bit in MSA-2 is another id', async () => {
  for (const id of [' ID1', 'ID1 ', 'id1', 'ID1\\T\\', 'I\xc41', 'ID\xb1', 'ID1^']) {
    const { link, told, until } = await open(answer(() => ack(id)))
    send(link, 0, 1)
    await until('opened 5', 2)
    expect(told).toContain('mismatched 0: another control id')
  }
})

test('with more in flight an answer to nobody is blamed on no message until it can only be one', async () => {
  const { link, told, until } = await open(
    socket => {
      const ids: string[] = []
      socket.on('data', bytes => {
        ids.push(...idsIn(bytes))
        if (ids.length === 3) socket.write(ack('ID99') + ack('ID10') + ack('ID30'))
      })
    },
    { window: 3 },
  )
  for (const [slot, index] of [10, 20, 30].entries()) send(link, slot, index)
  await until('opened 5', 2)
  expect(told).toEqual([
    'opened 5',
    'tolerated: another control id',
    'accepted 0',
    'accepted 2',
    'mismatched 1: another control id',
    'lost: redialled after a mismatched answer',
    'opened 5',
  ])
})

test('a message sent after an answer to nobody is never blamed for it', async () => {
  const { link, told, until } = await open(
    socket => {
      const replies: Record<string, string> = { ID20: ack('ID99'), ID30: ack('ID10') }
      socket.on('data', bytes => idsIn(bytes).map(id => socket.write(replies[id] ?? '')))
    },
    { window: 3 },
  )
  send(link, 0, 10)
  send(link, 1, 20)
  await until('tolerated: another control id')
  send(link, 2, 30)
  await until('opened 5', 2)
  expect(told.filter(text => /^(accepted|mismatched)/.test(text))).toEqual([
    'accepted 0',
    'mismatched 1: another control id',
  ])
})

test('as many wrong answers as messages blame each of them', async () => {
  const { link, told, until } = await open(
    answer(() => ack('ID99')),
    { window: 2 },
  )
  send(link, 0, 1)
  send(link, 1, 2)
  await until('opened 5', 2)
  expect(told.filter(text => text.startsWith('mismatched'))).toEqual([
    'mismatched 0: another control id',
    'mismatched 1: another control id',
  ])
})

test('whatever answers come in whatever order, each message is credited once, and only with its own', async () => {
  const window = 4
  const reply = fc.record({ of: fc.nat(window - 1), id: fc.constantFrom('own', 'own', 'own', 'foreign', 'padded') })
  const idOf = ({ of, id }: { of: number; id: string }) =>
    id === 'own' ? `ID${of}` : id === 'padded' ? `ID${of} ` : 'ID99'
  const script = fc.array(reply, { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(script, async replies => {
      const ids: string[] = []
      const { link, told, until } = await open(
        (socket, nth) => {
          socket.on('data', bytes => {
            if (nth === 0 && ids.push(...idsIn(bytes)) === window)
              socket.end(replies.map(each => ack(idOf(each))).join(''))
          })
        },
        { window },
      )
      for (let slot = 0; slot < window; slot++) send(link, slot, slot)
      await until('opened 5', 2)
      const credited = told.filter(text => text.startsWith('accepted')).map(text => Number(text.slice(-1)))
      const answered = new Set(replies.filter(({ id }) => id === 'own').map(({ of }) => of))
      expect(new Set(credited).size).toBe(credited.length)
      expect(credited.every(slot => answered.has(slot))).toBe(true)
      if (replies.every(({ id }) => id === 'own')) expect(credited.length).toBe(answered.size)
      const ended = told.filter(text => /^(accepted|mismatched)/.test(text)).map(text => /\d/.exec(text)![0])
      expect(new Set(ended).size).toBe(ended.length)
    }),
    { numRuns: 60 },
  )
})

test('an ack that comes twice is credited once, and not to the next message', async () => {
  const { link, told, until } = await open(socket => {
    socket.on('data', bytes => {
      const [id] = idsIn(bytes)
      socket.write(id === 'ID2' ? ack('ID1') + ack('ID2') : ack(id!))
    })
  })
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  await until('accepted 0', 2)
  expect(told).toEqual(['opened 5', 'accepted 0', 'tolerated: repeated-ack', 'accepted 0'])
})

test.each([
  ['CA', 'accepted 0'],
  ['CE', 'rejected 0: CE'],
  ['CR', 'rejected 0: CR'],
])('%s is taken though original mode does not know it, and told', async (code, ending) => {
  const { link, told, until } = await open(answer(id => ack(id, code)))
  send(link, 0, 1)
  await until(ending)
  expect(told).toContain('tolerated: commit-ack-in-original-mode')
})

test.each([
  ['AA', 'AE', 'repeated-ack-that-rejects'],
  ['CA', 'AR', 'repeated-ack-that-rejects'],
  ['AE', 'AA', 'repeated-ack-that-accepts'],
  ['AA', 'CA', 'repeated-ack'],
  ['AE', 'AR', 'repeated-ack'],
])('%s and then %s for the same message: the first counts, the second is told as %s', async (first, second, kind) => {
  const { link, told, until } = await open(answer(id => ack(id, first) + ack(id, second)))
  send(link, 0, 1)
  await until(`tolerated: ${kind}`)
  const outcome = first.endsWith('A') ? 'accepted 0' : `rejected 0: ${first}`
  expect(told.filter(text => /^(accepted|rejected|mismatched)/.test(text))).toEqual([outcome])
})

test('an ack that nobody asked for is tolerated while nothing is in flight', async () => {
  const { link, told, until } = await open(socket => {
    socket.write(ack('ID7'))
    socket.on('data', () => socket.write(ack('ID1')))
  })
  await until('tolerated: another control id')
  send(link, 0, 1)
  await until('accepted 0')
  expect(told.filter(text => text.startsWith('lost'))).toEqual([])
})

test('an ack that comes again after many other messages blames none of them', async () => {
  const { link, told, until } = await open(
    answer(id => (id === 'ID50' ? ack('ID0') : '') + ack(id)),
    { window: 2 },
  )
  for (let i = 0; i <= 50; i++) {
    send(link, i % 2, i)
    await until(`accepted ${i % 2}`, 1 + Math.floor(i / 2))
  }
  expect(told.filter(text => !text.startsWith('accepted'))).toEqual(['opened 5', 'tolerated: repeated-ack'])
})

test('an ack that comes again on the next connection blames nobody', async () => {
  const { link, told, until } = await open(answer(id => (id === 'ID2' ? ack('ID1') : '') + ack(id)))
  send(link, 0, 1)
  await until('accepted 0')
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('accepted 0', 2)
  expect(told.slice(-2)).toEqual(['tolerated: repeated-ack', 'accepted 0'])
})

test.each([1, 4])(
  'with window %i a late ack of a timed-out message is neither credited to the next one nor blamed on it',
  async window => {
    const { link, told, until } = await open(
      (socket, nth) => {
        socket.on('data', bytes => {
          const ids = idsIn(bytes)
          // The second connection answers the message of the first before its own, as store-and-forward engines do.
          if (nth === 1) socket.write(ids.map(id => (id === 'ID10' ? ack('ID1') : '') + ack(id)).join(''))
        })
      },
      { window },
    )
    send(link, 0, 1)
    link.redial()
    await until('opened 5', 2)
    for (let slot = 0; slot < window; slot++) send(link, slot, 10 + slot)
    await until(`accepted ${window - 1}`)
    expect(told.slice(2)).toEqual([
      'tolerated: late-ack',
      ...Array.from({ length: window }, (_, slot) => `accepted ${slot}`),
    ])
  },
)

test('an answer to a message of another link is blamed on the one in flight, also after late acks', async () => {
  const { link, told, until } = await open(
    (socket, nth) => void socket.on('data', () => nth === 1 && socket.write(ack('ID1') + ack('ID7'))),
  )
  send(link, 0, 1)
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('opened 5', 3)
  expect(told.slice(2, 4)).toEqual(['tolerated: late-ack', 'mismatched 0: another control id'])
})

test('a message sent again with its own id takes the late ack: it is the same message', async () => {
  const { link, told, until } = await open((socket, nth) => {
    socket.on('data', bytes => {
      if (nth === 1) socket.write(ack(idsIn(bytes)[0]!) + ack(idsIn(bytes)[0]!))
    })
  })
  send(link, 0, 1)
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 1)
  await until('tolerated: repeated-ack')
  expect(told).toEqual(['opened 5', 'opened 5', 'accepted 0', 'tolerated: repeated-ack'])
})

test('acks without an end fill no more than 128 MiB over all links, and a link that is dialled again gives back its part', async () => {
  const beginning = Buffer.alloc(15_500_000, 'x').fill('\x0bMSH|', 0, 5)
  const opened = await Promise.all(Array.from({ length: 9 }, () => open(socket => socket.write(beginning))))
  await Promise.any(opened.map(({ until }) => until('lost: acknowledgement too long')))
  for (const { link } of opened) link.close()
  const large = ack('ID1').replace('\x1c', `ZZZ|${'x'.repeat(15_500_000)}\x1c`)
  const { link, until } = await open(answer(() => large))
  send(link, 0, 1)
  await until('accepted 0')
})

test('an ack whose end was lost does not swallow the one that follows', async () => {
  const { link, told, until } = await open(
    socket => {
      const ids: string[] = []
      socket.on('data', bytes => {
        ids.push(...idsIn(bytes))
        if (ids.length === 2) socket.write(ack('ID1').slice(0, -2) + ack('ID2'))
      })
    },
    { window: 2 },
  )
  send(link, 0, 1)
  send(link, 1, 2)
  await until('accepted 1')
  expect(told).toEqual(['opened 5', 'tolerated: truncated-frame', 'accepted 1'])
})

test('an ack without any framing is no answer', async () => {
  const { link, told, until } = await open(answer(id => ack(id).replace(/[\x0b\x1c]/g, '')))
  send(link, 0, 1)
  await until('tolerated: frame-without-vt')
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(told.filter(text => /accepted|mismatched/.test(text))).toEqual([])
})

test('a late ack of an abandoned message is never credited to the next one', async () => {
  const { link, told, until } = await open((socket, nth) => {
    socket.on('data', bytes => {
      const [id] = idsIn(bytes)
      if (nth === 0) setTimeout(() => socket.writable && socket.write(ack(id!)), 30)
      else setTimeout(() => socket.write(ack(id!)), 60)
    })
  })
  send(link, 0, 1)
  await new Promise(resolve => setTimeout(resolve, 10))
  link.redial()
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('accepted 0')
  expect(told.filter(text => text.startsWith('accepted'))).toHaveLength(1)
})

test('a peer that closes or resets is lost with the reason, and dialled again', async () => {
  const { link, told, until } = await open((socket, nth) => {
    socket.on('data', () =>
      nth === 0 ? socket.end() : nth === 1 ? socket.resetAndDestroy() : socket.write(ack('ID3')),
    )
  })
  send(link, 0, 1)
  await until('opened 5', 2)
  send(link, 0, 2)
  await until('opened 5', 3)
  send(link, 0, 3)
  await until('accepted 0')
  expect(told.filter(text => text.startsWith('lost'))).toEqual(['lost: closed by the peer', 'lost: ECONNRESET'])
})

test.each<[string, (text: string) => string]>([
  ['stray-bytes', text => `${text}\n`],
  ['stray-bytes', text => `\n${text}`],
  ['stray-bytes', text => `${text}\0\0`],
  ['fs-without-cr', text => text.slice(0, -1)],
  ['frame-without-vt', text => text.slice(1)],
])('%s is tolerated and told', async (kind, change) => {
  const { link, told, until } = await open(answer(id => change(ack(id))))
  for (let i = 0; i < 3; i++) {
    send(link, 0, i)
    await until('accepted 0', i + 1)
  }
  await until(`tolerated: ${kind}`, 2)
  expect(told.filter(text => text.startsWith('lost'))).toEqual([])
})

test('stray bytes around an ack and a missing CR do not harm', async () => {
  const { link, until } = await open(answer(id => `\r\n${ack(id).slice(0, -1)}\n`))
  for (let i = 0; i < 3; i++) {
    send(link, 0, i)
    await until('accepted 0', i + 1)
  }
})

test('a message of a megabyte arrives whole, and a small one after it in the same slot', async () => {
  let received = 0
  const { link, until } = await open(
    socket => {
      let last = ''
      socket.on('data', bytes => {
        received += bytes.length
        last = idsIn(bytes)[0] ?? last
        if (bytes.at(-1) === 0x0d && bytes.at(-2) === 0x1c) socket.write(ack(last))
      })
    },
    { size: 1_000_000 },
  )
  send(link, 0, 1)
  await until('accepted 0')
  send(link, 0, 2)
  await until('accepted 0', 2)
  expect(received).toBe(2 * 1_000_003)
})

test('a peer that answers wrongly again and again is dialled ever more slowly, until it answers well', async () => {
  let connections = 0
  const { link, told, until } = await open((socket, nth) => {
    connections++
    socket.on('data', bytes => socket.write(nth < 5 ? ack('ID99') : ack(idsIn(bytes)[0]!)))
  })
  const beganMs = performance.now()
  for (let i = 0; i < 5; i++) {
    send(link, 0, i)
    await until('opened 5', i + 2)
  }
  // 0 + 10 + 20 + 40 + 80 ms between the dials: no less, whatever the machine.
  expect(performance.now() - beganMs).toBeGreaterThan(140)
  expect(connections).toBe(6)
  send(link, 0, 7)
  await until('accepted 0')
  link.redial()
  await until('opened 5', 7)
  expect(told.filter(text => text.startsWith('refused'))).toEqual([])
})

test('a dial that nobody answers ends after its own timeout, and is tried again', async () => {
  const recorder = recordEvents()
  const full = await fullBacklog()
  const link = createMllpLink({
    id: 1,
    endpoint: { host: '127.0.0.1', port: full.port },
    connectTimeoutMs: 50,
    framing: mllpFraming,
    window: 1,
    stream: { render() {} },
    indexOf: () => -1,
    events: recorder.events,
  })
  closing.push(() => link.close(), full.close)
  await recorder.until('refused: connect timeout', 2)
  expect(link.isOpen).toBe(false)
})

test('a refused dial is told with its code and tried again until somebody listens', async () => {
  const peer = await listen(() => {})
  await peer.close()
  const recorder = recordEvents()
  const link = createMllpLink({
    id: 1,
    endpoint: { host: '127.0.0.1', port: peer.port },
    connectTimeoutMs: 5000,
    framing: mllpFraming,
    window: 1,
    stream: { render() {} },
    indexOf: () => -1,
    events: recorder.events,
  })
  closing.push(() => link.close())
  await recorder.until('refused: ECONNREFUSED', 3)
  expect(link.isOpen).toBe(false)
})
