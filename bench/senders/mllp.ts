import { GENERATOR_FLAGS } from '../../src/environment/generatorProcess.ts'
import type { Senders, Workshop } from '../bench.ts'
import { mllpContent, sampleMessage, writeSampleMessage } from '../content.ts'
import { packageVersion } from '../packageVersion.ts'
import { generatorSender } from './generator.ts'
import { nativeSender } from './native.ts'
import { peerSender } from './peer.ts'

const FORMS = ['built', 'parsed', 'kept'] as const

export async function mllpSenders(workshop: Workshop): Promise<Senders> {
  const { processes, compiler, folder, certificate, seed } = workshop
  const content = await mllpContent(seed)
  const message = sampleMessage(content)
  const native = nativeSender(processes, {
    name: 'C over epoll',
    version: `(${compiler.version})`,
    program: compiler.compile('mllpSender', certificate !== null),
    args: [writeSampleMessage(content, folder), ...(certificate === null ? [] : [certificate.certificateFile])],
  })
  const runtime = { name: 'Node sockets', version: process.version, flags: GENERATOR_FLAGS }
  const ca = certificate?.certificateFile ?? null
  const sockets = peerSender(processes, runtime, 'nodeSockets.ts', { message, ca })
  const clients = certificate === null ? FORMS.map(form => clientSender(workshop, message, form)) : []
  return { present: [generatorSender(processes, content, certificate), native, sockets, ...clients], missing: [] }
}

function clientSender({ processes }: Workshop, message: string, messages: (typeof FORMS)[number]) {
  const name = messages === 'built' ? 'node-hl7-client' : `node-hl7-client, ${messages}`
  const peer = { name, version: packageVersion('node-hl7-client') }
  const version = message.split('\r')[0]!.split('|')[11]!
  return peerSender(processes, peer, 'nodeHl7Client.ts', { message, version, messages })
}
