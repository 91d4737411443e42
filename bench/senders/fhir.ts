import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Senders, Workshop } from '../bench.ts'
import { fhirContent, sampleSearch } from '../content.ts'
import { packageVersion } from '../packageVersion.ts'
import { generatorSender } from './generator.ts'
import { K6_REMEDY, k6Tool } from './k6.ts'
import { peerSender } from './peer.ts'
import { findProgram, type Tool, toolSender } from './tool.ts'
import { WRK_REMEDY, wrkTool } from './wrk.ts'

export async function fhirSenders(workshop: Workshop): Promise<Senders> {
  const { processes, folder, certificate, seed } = workshop
  const content = await fhirContent(seed)
  const sample = sampleSearch(content)
  const sampleFile = join(folder, 'search')
  writeFileSync(sampleFile, [sample.path, sample.bodyStart, sample.hashLength].join('\n'))
  const tls = certificate !== null
  const wrk = findTool(workshop, 'wrk', WRK_REMEDY, command => wrkTool(command, sampleFile, tls))
  const k6 = tls ? NOTHING : findTool(workshop, 'k6', K6_REMEDY, command => k6Tool(command, sample))
  const autocannon = peerSender(
    processes,
    { name: 'autocannon', version: packageVersion('autocannon') },
    'autocannon.ts',
    sample,
  )
  return {
    present: [
      generatorSender(processes, content, certificate),
      ...wrk.present,
      ...(tls ? [] : [autocannon]),
      ...k6.present,
    ],
    missing: [...wrk.missing, ...k6.missing],
  }
}

const NOTHING: Senders = { present: [], missing: [] }

function findTool({ processes }: Workshop, name: string, remedy: string, make: (command: string) => Tool): Senders {
  const command = findProgram(name)
  return command === null
    ? { present: [], missing: [{ peer: name, remedy }] }
    : { present: [toolSender(processes, make(command))], missing: [] }
}
