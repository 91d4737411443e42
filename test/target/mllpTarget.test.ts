import { once } from 'node:events'
import { expect, test } from 'vitest'
import { digestBody } from '../../src/ledger/arrivals.ts'
import { startMllpTarget } from '../../src/target/mllpTarget.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { admission, frame, msa, openMllpPeer } from '../fixtures/mllpPeer.ts'
import { behaviourWith, mllpTarget } from '../fixtures/target.ts'

async function ackOf(message: string): Promise<string> {
  const { port } = await mllpTarget()
  const peer = await openMllpPeer(port)
  peer.socket.write(frame(message), 'latin1')
  const [ack] = await peer.received(1)
  peer.close()
  return ack!
}

test('a message is acknowledged in original mode, sender and receiver swapped', async () => {
  expect(await ackOf(admission('ID7'))).toMatch(
    /^MSH\|\^~\\&\|LAB\|EAST\|HIS\|WEST\|\d{14}\+0000\|\|ACK\^A01\^ACK\|[A-Z0-9]{1,20}\|T\|2\.5\.1\rMSA\|AA\|ID7\r$/,
  )
})

test('the acknowledgement keeps separators, control id bytes and character set of the sender', async () => {
  const ack = await ackOf('MSH#$~\\&#A#B#C#D###ORU$R01# \xe9 9 #P#2.3######8859/1\rPID#1\r')
  expect(ack).toMatch(/^MSH#\$~\\&#C#D#A#B#\d+\+0000##ACK\$R01\$ACK#[A-Z0-9]+#P#2\.3######8859\/1\rMSA#AA# \xe9 9 \r$/)
})

test('a message type without an event is acknowledged as plain ACK', async () => {
  expect(await ackOf('MSH|^~\\&|A|B|C|D|||ACK|1|T|2.5')).toMatch(/\|\|ACK\|[A-Z0-9]+\|T\|2\.5\rMSA\|AA\|1\r$/)
})

test('a frame that is no HL7 message, or has no control id, is answered AR with an ERR segment', async () => {
  expect(await ackOf('hello')).toMatch(/\rMSA\|AR\|\rERR\|\|\|100\^Segment sequence error\^HL70357\|E\|/)
  expect(await ackOf('MSH|^~\\&|A|B')).toMatch(/\rMSA\|AR\|\rERR\|\|\|101\^Required field missing\^HL70357\|E\|/)
})

test('messages cut into single bytes, with stray bytes between the frames, are all acknowledged', async () => {
  const { port } = await mllpTarget()
  const peer = await openMllpPeer(port)
  peer.socket.setNoDelay(true)
  for (const byte of Buffer.from(`\n\0${frame(admission('A'))}\n${frame(admission('B'))}`)) {
    peer.socket.write(Uint8Array.of(byte))
    await new Promise(setImmediate)
  }
  expect((await peer.received(2)).map(msa)).toEqual([
    ['AA', 'A'],
    ['AA', 'B'],
  ])
  peer.close()
})

test('two messages in one packet and a thousand pipelined ones are acknowledged in order', async () => {
  const { port, arrivalsFile } = await mllpTarget()
  const ids = Array.from({ length: 1000 }, (_, i) => `P${i}`)
  const peer = await openMllpPeer(port)
  peer.socket.write(frame(admission('X')) + frame(admission('Y')))
  await peer.received(2)
  peer.socket.write(ids.map(id => frame(admission(id))).join(''))
  expect((await peer.received(1002)).map(ack => msa(ack)[1])).toEqual(['X', 'Y', ...ids])
  peer.close()
  expect(arrivalsOf(arrivalsFile).map(({ identity }) => identity)).toEqual(['X', 'Y', ...ids])
})

test('a message of 10 MB is recorded with the digest of its whole body', async () => {
  const { port, arrivalsFile } = await mllpTarget()
  const message = `${admission('BIG')}OBX|1|ED|||${'QUJD'.repeat(2_500_000)}\r`
  const peer = await openMllpPeer(port)
  peer.socket.write(frame(message), 'latin1')
  expect(msa((await peer.received(1))[0]!)).toEqual(['AA', 'BIG'])
  peer.close()
  expect(arrivalsOf(arrivalsFile)[0]!.digest).toBe(Buffer.from(digestBody(Buffer.from(message))).toString('hex'))
})

test('a frame of more than 64 MiB is refused and the connection closed', async () => {
  const { port } = await mllpTarget()
  const peer = await openMllpPeer(port)
  const closed = once(peer.socket, 'close')
  peer.socket.write('\x0bMSH|^~\\&|')
  for (let mebibyte = 0; mebibyte < 65 && !peer.socket.destroyed; mebibyte++)
    peer.socket.write(Buffer.alloc(1 << 20, 0x41))
  expect((await peer.received(1))[0]).toMatch(/MSA\|AR\|\rERR/)
  peer.socket.end()
  await closed
})

test('a hundred connections are served at once, each recorded under its own number', async () => {
  const { port, arrivalsFile } = await mllpTarget()
  const peers = await Promise.all(Array.from({ length: 100 }, () => openMllpPeer(port)))
  await Promise.all(
    peers.map((peer, i) => {
      peer.socket.write(frame(admission(`C${i}`)))
      return peer.received(1)
    }),
  )
  for (const peer of peers) peer.close()
  const arrivals = arrivalsOf(arrivalsFile)
  expect(new Set(arrivals.map(({ identity }) => identity)).size).toBe(100)
  expect(new Set(arrivals.map(({ connection }) => connection)).size).toBe(100)
})

test('a sender that closes its side still gets the answers it is owed, then the end', async () => {
  const { port } = await mllpTarget([], 20)
  const peer = await openMllpPeer(port)
  const ended = once(peer.socket, 'end')
  peer.socket.end(frame(admission('LAST')))
  expect(msa((await peer.received(1))[0]!)).toEqual(['AA', 'LAST'])
  await ended
  peer.close()
})

test('closing ends every connection and may be asked for twice', async () => {
  const { port, target } = await mllpTarget()
  const peer = await openMllpPeer(port)
  const closed = once(peer.socket.resume(), 'end')
  await Promise.all([target.close(), target.close()])
  await closed
  peer.close()
})

test('a port in use is an error that names the port and the remedy', async () => {
  const { port } = await mllpTarget()
  const options = { host: '127.0.0.1', port, behaviour: behaviourWith([]), seed: 1, arrivalsFile: null }
  await expect(startMllpTarget(options)).rejects.toThrow(`127.0.0.1:${port} is in use: stop the program`)
})

test.each([
  ['AL', 'AL', 'AA', ['CA', 'AA']],
  ['AL', 'NE', 'AA', ['CA']],
  ['NE', 'AL', 'AA', ['AA']],
  ['', 'AL', 'AA', ['AA']],
  ['AL', '', 'AA', ['CA']],
  ['SU', 'ER', 'AA', ['CA']],
  ['ER', 'SU', 'AA', ['AA']],
  ['AL', 'AL', 'AE', ['CA', 'AE']],
  ['AL', 'ER', 'AE', ['CA', 'AE']],
  ['SU', 'SU', 'AE', ['CA']],
  ['AL', 'AL', 'CE', ['CE']],
  ['ER', 'AL', 'CR', ['CR']],
  ['SU', 'AL', 'CR', []],
  ['', '', 'CE', ['CE']],
] as const)('MSH-15 %j and MSH-16 %j, %s: acks %j', async (accept, application, outcome, codes) => {
  const faults = outcome === 'AA' ? [] : [{ kind: 'reject', every: 1, code: outcome, status: 500 } as const]
  const { port } = await mllpTarget(faults)
  const peer = await openMllpPeer(port)
  // A message in original mode after it ends the wait: its answer comes last.
  const last = admission('LAST')
  peer.socket.write(frame(admission('1').replace('2.5.1\r', `2.5.1|||${accept}|${application}\r`)) + frame(last))
  const acks = (await peer.received(codes.length + 1)).map(msa)
  peer.close()
  expect(acks.slice(0, -1)).toEqual(codes.map(code => [code, '1']))
  expect(acks.at(-1)![1]).toBe('LAST')
})

test('an application ack that asks for a commit says AL in its MSH-15, and the commit is not stored', async () => {
  const { port, arrivalsFile, target } = await mllpTarget([{ kind: 'ask-commit', every: 1 }])
  const peer = await openMllpPeer(port)
  peer.socket.write(frame(admission('1').replace('2.5.1\r', '2.5.1|||AL|AL||8859/1\r')))
  const [, answer] = await peer.received(2)
  expect(answer!.split('\r')[0]!.split('|').slice(11)).toEqual(['2.5.1', '', '', 'AL', '', '', '8859/1'])
  peer.socket.write(frame('MSH|^~\\&|HIS|WEST|LAB|EAST|||ACK|9|T|2.5.1\rMSA|CA|1\r') + frame(admission('2')))
  expect((await peer.received(3)).map(msa).at(-1)).toEqual(['AA', '2'])
  await target.close()
  peer.close()
  expect(arrivalsOf(arrivalsFile).map(({ identity }) => identity)).toEqual(['1', '2'])
})
