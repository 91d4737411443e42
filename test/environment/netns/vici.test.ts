import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, describe as group, onTestFinished, test } from 'vitest'
import { decode, encode, openVici, type Section } from '../../../src/environment/netns/vici.ts'

const key = fc.string({ minLength: 1, maxLength: 40 }).filter(name => name !== '__proto__' && !/^\d+$/.test(name))
const section: fc.Arbitrary<Section> = fc.letrec<{ section: Section }>(tie => ({
  section: fc.dictionary(
    key,
    fc.oneof({ maxDepth: 3 }, fc.string(), fc.array(fc.string()), tie('section')) as fc.Arbitrary<Section[string]>,
    { maxKeys: 5 },
  ) as fc.Arbitrary<Section>,
})).section

group('messages', () => {
  test('what is encoded is decoded as it was', () => {
    fc.assert(
      fc.property(section, message => {
        expect(decode(encode(message))).toEqual({ ...message })
      }),
    )
  })

  test('are made of the elements that strongSwan documents', () => {
    // From its README: a key with a value, a list of two, a section with a key in it.
    expect(encode({ a: 'x', l: ['1'], s: { k: 'v' } }).toString('hex')).toBe(
      [
        '0301',
        '61',
        '0001',
        '78',
        '0401',
        '6c',
        '05',
        '0001',
        '31',
        '06',
        '0101',
        '73',
        '0301',
        '6b',
        '0001',
        '76',
        '02',
      ].join(''),
    )
  })

  test('that are cut short are refused, wherever they are cut', () => {
    const whole = encode({ s: { k: 'v', l: ['one', 'two'] } })
    for (let length = 1; length < whole.length; length++)
      expect(() => decode(whole.subarray(0, length))).toThrow('VICI')
  })
})

/** A daemon that answers as it is told. */
async function daemon(answer: (socket: Socket, command: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-vici-'))
  const path = join(folder, 'vici')
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => answer(socket, chunk.toString('utf8', 6, 6 + chunk[5]!)))
  })
  await once(server.listen(path), 'listening')
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return path
}

function packet(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + body.length)
  head[4] = type
  return Buffer.concat([head, body])
}

group('a daemon', () => {
  test('answers commands in turn, however its bytes are cut, and events come in between', async () => {
    const path = await daemon((socket, command) => {
      const event = packet(7, Buffer.concat([Buffer.of(5), Buffer.from('up-up'), encode({ tunnel: 'a' })]))
      const answer = Buffer.concat([
        event,
        command === 'up-up' ? packet(5, Buffer.alloc(0)) : packet(1, encode({ to: command })),
      ])
      for (const byte of answer) socket.write(Buffer.of(byte))
    })
    const vici = await openVici(path)
    const heard: Section[] = []
    await vici.listen('up-up', message => heard.push(message))
    expect(await Promise.all([vici.command('one'), vici.command('two')])).toEqual([{ to: 'one' }, { to: 'two' }])
    expect(heard).toEqual([{ tunnel: 'a' }, { tunnel: 'a' }, { tunnel: 'a' }])
    vici.close()
  })

  test('that refuses says why', async () => {
    const path = await daemon(socket => socket.write(packet(1, encode({ success: 'no', errmsg: 'unknown key' }))))
    const vici = await openVici(path)
    await expect(vici.command('load-conn')).rejects.toThrow('load-conn: unknown key')
    vici.close()
  })

  test('that hangs, or ends, rejects all that waits', async () => {
    const hanging = await openVici(await daemon(() => {}))
    await expect(hanging.command('version', {}, 50)).rejects.toThrow('no answer within 50 ms')
    await expect(hanging.command('version')).rejects.toThrow('the daemon has ended')
    const ending = await openVici(await daemon(socket => socket.destroy()))
    const answers = await Promise.allSettled([ending.command('a'), ending.command('b')])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
