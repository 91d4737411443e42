import { once } from 'node:events'
import { expect, test } from 'vitest'
import { digestBody } from '../../src/ledger/arrivals.ts'
import type { Fault } from '../../src/model/scenario.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { admission, frame, msa, openMllpPeer } from '../fixtures/mllpPeer.ts'
import { mllpTarget } from '../fixtures/target.ts'

/** Sends messages 1 to 4 in one packet to a target with a fault at each second; returns the acks by arrival and the record. */
async function send(fault: Fault, ackCount: number) {
  const { port, arrivalsFile, target } = await mllpTarget([fault])
  const peer = await openMllpPeer(port)
  peer.socket.write(['1', '2', '3', '4'].map(id => frame(admission(id))).join(''))
  const acks = (await peer.received(ackCount)).map(msa)
  await target.close()
  peer.close()
  return { acks, recorded: arrivalsOf(arrivalsFile) }
}

const ids = (recorded: { identity: string }[]) => recorded.map(({ identity }) => identity)
const accepted = (...each: string[]) => each.map(id => ['AA', id])

test.each(['AE', 'AR', 'CE', 'CR'] as const)('reject answers %s to each n-th and does not store it', async code => {
  const { acks, recorded } = await send({ kind: 'reject', every: 2, code, status: 500 }, 4)
  expect(acks).toEqual([
    ['AA', '1'],
    [code, '2'],
    ['AA', '3'],
    [code, '4'],
  ])
  expect(ids(recorded)).toEqual(['1', '3'])
})

test('drop neither stores nor answers', async () => {
  const { acks, recorded } = await send({ kind: 'drop', every: 2 }, 2)
  expect(acks).toEqual(accepted('1', '3'))
  expect(ids(recorded)).toEqual(['1', '3'])
})

test('lose answers well without storing', async () => {
  const { acks, recorded } = await send({ kind: 'lose', every: 2 }, 4)
  expect(acks).toEqual(accepted('1', '2', '3', '4'))
  expect(ids(recorded)).toEqual(['1', '3'])
})

test('lose-ack stores and does not answer', async () => {
  const { acks, recorded } = await send({ kind: 'lose-ack', every: 2 }, 2)
  expect(acks).toEqual(accepted('1', '3'))
  expect(ids(recorded)).toEqual(['1', '2', '3', '4'])
})

test('duplicate stores twice and answers once', async () => {
  const { acks, recorded } = await send({ kind: 'duplicate', every: 2 }, 4)
  expect(acks).toEqual(accepted('1', '2', '3', '4'))
  expect(ids(recorded)).toEqual(['1', '2', '2', '3', '4', '4'])
})

test('corrupt records another body than was sent', async () => {
  const { acks, recorded } = await send({ kind: 'corrupt', every: 2 }, 4)
  expect(acks).toEqual(accepted('1', '2', '3', '4'))
  const equal = recorded.map(
    ({ identity, digest }) => digest === Buffer.from(digestBody(Buffer.from(admission(identity)))).toString('hex'),
  )
  expect(equal).toEqual([true, false, true, false])
})

test('delay answers each n-th after the others', async () => {
  const { acks, recorded } = await send({ kind: 'delay', every: 2, ms: 30 }, 4)
  expect(acks).toEqual(accepted('1', '3', '2', '4'))
  expect(ids(recorded)).toEqual(['1', '2', '3', '4'])
})

test('stall holds back every answer of the target, then gives them all', async () => {
  const { port } = await mllpTarget([{ kind: 'stall', every: 2, ms: 400 }])
  const [first, second] = await Promise.all([openMllpPeer(port), openMllpPeer(port)])
  first.socket.write(frame(admission('1')))
  await first.received(1)
  first.socket.write(frame(admission('2')))
  await new Promise(resolve => setTimeout(resolve, 20))
  second.socket.write(frame(admission('3')))
  await new Promise(resolve => setTimeout(resolve, 20))
  expect([first.acks.length, second.acks.length]).toEqual([1, 0])
  await Promise.all([first.received(2), second.received(1)])
  first.close()
  second.close()
})

test('disconnect closes the connection after what was answered before, without storing', async () => {
  const { port, arrivalsFile } = await mllpTarget([{ kind: 'disconnect', every: 2 }])
  const peer = await openMllpPeer(port)
  const ended = once(peer.socket, 'end')
  peer.socket.write(frame(admission('1')) + frame(admission('2')) + frame(admission('3')))
  await ended
  peer.close()
  expect(peer.acks.map(msa)).toEqual(accepted('1'))
  expect(ids(arrivalsOf(arrivalsFile))).toEqual(['1'])
})

test('faults are counted over all connections', async () => {
  const { port } = await mllpTarget([{ kind: 'reject', every: 3, code: 'AE', status: 500 }])
  const peers = await Promise.all([1, 2, 3].map(() => openMllpPeer(port)))
  const codes: string[] = []
  for (const peer of peers) {
    peer.socket.write(frame(admission('X')))
    codes.push(msa((await peer.received(1))[0]!)[0])
    peer.close()
  }
  expect(codes).toEqual(['AA', 'AA', 'AE'])
})

test('reorder answers each n-th after the next one, and not at all too late when there is none', async () => {
  const { acks } = await send({ kind: 'reorder', every: 2 }, 4)
  expect(acks).toEqual(accepted('1', '3', '2', '4'))
})

test('check answers the messages of a connection one after the other', async () => {
  const { port } = await mllpTarget([{ kind: 'check', ms: 60 }])
  const peer = await openMllpPeer(port)
  const beganMs = performance.now()
  peer.socket.write(['1', '2', '3'].map(id => frame(admission(id))).join(''))
  await peer.received(3)
  // Three looks of 60 ms each: no less, whatever the machine.
  expect(performance.now() - beganMs).toBeGreaterThan(179)
  peer.close()
})

test('read-timer holds back every answer until nothing has come for a while', async () => {
  const { port } = await mllpTarget([{ kind: 'read-timer', ms: 400 }])
  const peer = await openMllpPeer(port)
  const beganMs = performance.now()
  peer.socket.write(frame(admission('1')))
  await new Promise(resolve => setTimeout(resolve, 40))
  peer.socket.write(frame(admission('2')))
  expect((await peer.received(1)).length).toBe(2)
  // 40 ms until the second came, and 400 ms more.
  expect(performance.now() - beganMs).toBeGreaterThan(438)
  peer.close()
})
