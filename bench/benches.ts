import { fhirContent, mllpContent, sampleMessage, sampleSearch } from './content.ts'
import type { Sender } from './measurement.ts'
import type { Processes } from './processes.ts'
import { generatorSender } from './senders/generator.ts'
import { peerSender } from './senders/peer.ts'

/** Side by side: our generator and its peers, each alone on one core, against the same bare receiver on the other. */
export interface Bench {
  /** What each sender does, in a sentence. */
  readonly work: string
  readonly connections: number
  /** C program of `peers/`. */
  readonly receiver: string
  /** Ours first. */
  senders(processes: Processes, seed: number): Promise<readonly Sender[]>
  /** What we are set against, in the order of the report. */
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly peer: string
  /** Our exchanges per second as a multiple of the peer's: at least this; null = told, without a bar. */
  readonly atLeast: number | null
}

export const BENCHES: Readonly<Record<string, Bench>> = {
  mllp: {
    work: 'ADT^A01 over MLLP, one message in flight on each connection',
    connections: 16,
    receiver: 'mllpReceiver',
    bars: [
      { peer: 'node-hl7-client', atLeast: 8 },
      { peer: 'node-hl7-client, parsed', atLeast: null },
      { peer: 'node-hl7-client, kept', atLeast: null },
    ],
    async senders(processes, seed) {
      const content = await mllpContent(seed)
      const message = sampleMessage(content)
      const version = message.split('\r')[0]!.split('|')[11]!
      return [
        generatorSender(processes, content),
        ...(['built', 'parsed', 'kept'] as const).map(messages =>
          peerSender(
            processes,
            {
              name: messages === 'built' ? 'node-hl7-client' : `node-hl7-client, ${messages}`,
              packageName: 'node-hl7-client',
            },
            'nodeHl7Client.ts',
            { message, version, messages },
          ),
        ),
      ]
    },
  },
  fhir: {
    work: 'FHIR POST Patient/_search, an identifier of its own in each, over HTTP/1.1 keep-alive',
    connections: 16,
    receiver: 'fhirReceiver',
    bars: [{ peer: 'autocannon', atLeast: 3 }],
    async senders(processes, seed) {
      const content = await fhirContent(seed)
      return [
        generatorSender(processes, content),
        peerSender(
          processes,
          { name: 'autocannon', packageName: 'autocannon' },
          'autocannon.ts',
          sampleSearch(content),
        ),
      ]
    },
  },
}
