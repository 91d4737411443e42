import { expect, onTestFinished, test } from 'vitest'
import { startRelay } from '../../src/target/relay.ts'
import type { RelayOptions } from '../../src/target/relayOptions.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { admission, frame, msa, openMllpPeer } from '../fixtures/mllpPeer.ts'
import { mllpTarget } from '../fixtures/target.ts'

type Receiver = Awaited<ReturnType<typeof mllpTarget>>

/** A relay to one receiver for each list of types, and a sender to it. */
async function relayTo(routes: readonly (readonly string[])[], more: Partial<RelayOptions> = {}) {
  const receivers = await Promise.all(routes.map(() => mllpTarget()))
  const relay = await startRelay({
    host: '127.0.0.1',
    port: 0,
    routes: receivers.map(({ port }, i) => ({ host: '127.0.0.1', port, types: routes[i]! })),
    connections: 2,
    timeoutMs: 60_000,
    acknowledges: 'after',
    rewritesId: true,
    delayMs: 0,
    faults: [],
    ...more,
  })
  onTestFinished(() => relay.close())
  const peer = await openMllpPeer(relay.port)
  onTestFinished(() => peer.close())
  const send = async (messages: readonly string[]) => {
    const before = peer.acks.length
    peer.socket.write(messages.map(frame).join(''))
    return (await peer.received(before + messages.length)).slice(before).map(msa)
  }
  return { receivers, send, peer }
}

const idsAt = ({ arrivalsFile }: Receiver) => arrivalsOf(arrivalsFile).map(({ identity }) => identity)
const result = (id: string) => admission(id).replace('ADT^A01^ADT_A01', 'ORU^R01')

test('a message is forwarded with a control id of the relay, and answered with the id of its sender', async () => {
  const { receivers, send } = await relayTo([['*']])
  const answers = await send(['A', 'B', 'C'].map(admission))
  expect(new Set(answers.map(([code, id]) => `${code} ${id}`))).toEqual(new Set(['AA A', 'AA B', 'AA C']))
  const ids = idsAt(receivers[0]!)
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(id).toMatch(/^R[0-9A-Z]{2,19}$/)
})

test('with rewritesId off the control id survives', async () => {
  const { receivers, send } = await relayTo([['*']], { rewritesId: false })
  await send(['A', 'B'].map(admission))
  expect(idsAt(receivers[0]!).sort()).toEqual(['A', 'B'])
})

test('every route gets the types it takes, and a message that none takes is acknowledged', async () => {
  const { receivers, send } = await relayTo([['ORU^*'], ['ADT^A0*', 'ORU^R01']], { rewritesId: false })
  const other = admission('X').replace('ADT^A01^ADT_A01', 'SIU^S12^SIU_S12')
  const answers = await send([admission('A'), result('B'), other])
  expect(answers.map(([code]) => code)).toEqual(['AA', 'AA', 'AA'])
  expect(idsAt(receivers[0]!)).toEqual(['B'])
  expect(idsAt(receivers[1]!).sort()).toEqual(['A', 'B'])
})

test('acknowledging after, the relay passes a refusal on; acknowledging before, it has said AA already', async () => {
  const refusing = await mllpTarget([{ kind: 'reject', every: 1, code: 'AR', status: 503 }])
  const routes = [{ host: '127.0.0.1', port: refusing.port, types: ['*'] }]
  const after = await relayTo([], { routes })
  expect(await after.send([admission('A')])).toEqual([['AR', 'A']])
  const before = await relayTo([], { routes, acknowledges: 'before' })
  expect(await before.send([admission('B')])).toEqual([['AA', 'B']])
})

test.each([
  ['drop', ['1', '3']],
  ['duplicate', ['1', '2', '2', '3', '4', '4']],
] as const)('every second message: %s', async (kind, arrived) => {
  const { receivers, send } = await relayTo([['*']], { rewritesId: false, faults: [{ kind, every: 2 }] })
  const answers = await send(['1', '2', '3', '4'].map(admission))
  expect(answers.map(([code]) => code)).toEqual(['AA', 'AA', 'AA', 'AA'])
  expect(idsAt(receivers[0]!).sort()).toEqual(arrived)
})

test('a misrouted message goes everywhere, and a corrupted one arrives with another body', async () => {
  const faults = [
    { kind: 'misroute', every: 2 },
    { kind: 'corrupt', every: 3 },
  ] as const
  const { receivers, send } = await relayTo([['*'], ['ORU^*']], { rewritesId: false, faults })
  await send([admission('1'), admission('2')])
  expect(idsAt(receivers[1]!)).toEqual(['2'])
  await send([admission('2'), admission('2')])
  const entries = arrivalsOf(receivers[0]!.arrivalsFile).filter(({ identity }) => identity === '2')
  expect(entries).toHaveLength(3)
  expect(new Set(entries.map(({ digest }) => digest)).size).toBe(2)
})

test('what a route did not answer in time, or hung up on, is sent again', async () => {
  const flaky = await mllpTarget([
    { kind: 'drop', every: 2 },
    { kind: 'disconnect', every: 5 },
  ])
  const routes = [{ host: '127.0.0.1', port: flaky.port, types: ['*'] }]
  const { send } = await relayTo([], { routes, connections: 1, rewritesId: false, timeoutMs: 100 })
  const answers = await send(['A', 'B', 'C'].map(admission))
  expect(answers.map(([code]) => code)).toEqual(['AA', 'AA', 'AA'])
  expect(idsAt(flaky)).toEqual(['A', 'B', 'C'])
})
