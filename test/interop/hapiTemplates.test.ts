import { expect } from 'vitest'
import type { Hl7Version } from '../../src/model/scenario.ts'
import { compileMessages } from '../../src/workload/hl7/compiled.ts'
import { HL7_VERSIONS, MESSAGE_TYPES } from '../../src/workload/hl7/messageType.ts'
import { ATTACHMENT_FROM_BYTES } from '../../src/workload/hl7/sizes.ts'
import { messageStream } from '../../src/workload/hl7/stream.ts'
import { frame, msa, openMllpPeer } from '../fixtures/mllpPeer.ts'
import { needs } from '../needs.ts'
import { HAPI_JARS, hapiReceiver, NEEDS_HAPI } from './hapi.ts'

const withHapi = needs(HAPI_JARS !== undefined, NEEDS_HAPI)
const MESSAGES = 3
const RUN = { seed: 7, runKey: 'HAPI01', loadIndex: 0, epochMs: 1_790_000_000_000, gapMs: 1 }

/** Messages of one type and version, of the sizes and charsets that have templates of their own. */
function* messagesOf(type: string, version: Hl7Version): Generator<string> {
  const variants = [
    ...(['template', 200, 3_000, ATTACHMENT_FROM_BYTES] as const).map(sizes => ({ sizes, charset: 'ascii' as const })),
    ...(['8859/1', 'utf-8'] as const).map(charset => ({ sizes: 'template' as const, charset })),
  ]
  for (const variant of variants) {
    const spec = { kind: 'mix', version, mix: { [type]: 1 }, population: 50, skew: 0, ...variant } as const
    const stream = messageStream(compileMessages(spec), RUN)
    const out = { bytes: new Uint8Array(1024), length: 0 }
    for (let index = 0; index < MESSAGES; index++) {
      stream.render(index, out)
      yield Buffer.from(out.bytes.buffer, out.bytes.byteOffset, out.length).toString('latin1')
    }
  }
}

withHapi(
  'every message type of every version, of every kind of size and charset, passes the default validation of HAPI HL7v2',
  async () => {
    const { port, end } = await hapiReceiver()
    const peer = await openMllpPeer(port)
    const faults = new Map<string, string>()
    let sent = 0
    for (const version of HL7_VERSIONS) {
      for (const type of MESSAGE_TYPES) {
        for (const message of messagesOf(type, version)) {
          sent++
          peer.socket.write(frame(message), 'latin1')
          const ack = (await peer.received(sent))[sent - 1]!
          const [code] = msa(ack)
          if (code !== 'AA') faults.set(`${version} ${type}`, ack.split('\r').slice(2).join(' '))
        }
      }
    }
    peer.close()
    expect([...faults]).toEqual([])
    expect((await end()).received).toBe(sent)
  },
  240_000,
)
