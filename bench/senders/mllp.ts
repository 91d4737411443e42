import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Senders, Workshop } from '../bench.ts'
import { mllpContent, sampleMessage } from '../content.ts'
import { generatorSender } from './generator.ts'
import { nativeSender } from './native.ts'
import { peerSender } from './peer.ts'

const FORMS = ['built', 'parsed', 'kept'] as const

export async function mllpSenders(workshop: Workshop): Promise<Senders> {
  const { processes, compiler, folder, certificate, seed } = workshop
  const content = await mllpContent(seed)
  const message = sampleMessage(content)
  const messageFile = join(folder, 'message.hl7')
  writeFileSync(messageFile, message)
  const native = nativeSender(processes, {
    name: 'C over epoll',
    version: `(${compiler.version})`,
    program: compiler.compile('mllpSender', certificate !== null),
    args: [messageFile, ...(certificate === null ? [] : [certificate.certificateFile])],
  })
  const clients = certificate === null ? FORMS.map(form => clientSender(workshop, message, form)) : []
  return { present: [generatorSender(processes, content, certificate), native, ...clients], missing: [] }
}

function clientSender({ processes }: Workshop, message: string, messages: (typeof FORMS)[number]) {
  const name = messages === 'built' ? 'node-hl7-client' : `node-hl7-client, ${messages}`
  const version = message.split('\r')[0]!.split('|')[11]!
  return peerSender(processes, { name, packageName: 'node-hl7-client' }, 'nodeHl7Client.ts', {
    message,
    version,
    messages,
  })
}
