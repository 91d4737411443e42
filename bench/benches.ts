import type { Bench } from './bench.ts'
import { benchClones } from './clones.ts'
import { benchFeeds } from './feeds.ts'
import { benchFrame } from './frame.ts'
import { benchFuzz } from './fuzz.ts'
import { benchMemory } from './memory.ts'
import type { Options } from './options.ts'
import type { Processes } from './processes.ts'
import { benchRender } from './render.ts'
import { RATE_PEERS } from './schedule/contenders.ts'
import { benchSchedule } from './schedule.ts'
import { fhirSenders } from './senders/fhir.ts'
import { mllpSenders } from './senders/mllp.ts'

const mllp = {
  work: 'ADT^A01 over MLLP, one message in flight on each connection',
  receiver: 'mllpReceiver',
  tls: false,
  senders: mllpSenders,
  bars: [
    { peer: 'C over epoll', atLeast: 0.7 },
    { peer: 'Node sockets', atLeast: null },
    { peer: 'node-hl7-client', atLeast: 12 },
    { peer: 'node-hl7-client, parsed', atLeast: null },
    { peer: 'node-hl7-client, kept', atLeast: null },
  ],
}

const fhir = {
  work: 'FHIR POST Patient/_search, an identifier of its own in each, over HTTP/1.1 keep-alive',
  receiver: 'fhirReceiver',
  connections: 16,
  senders: fhirSenders,
}

/** Benches of exchanges a second. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  mllp: { ...mllp, connections: 16 },
  'mllp-64': { ...mllp, connections: 64 },
  fhir: {
    ...fhir,
    tls: false,
    bars: [
      { peer: 'wrk', atLeast: 1 },
      { peer: 'autocannon', atLeast: 4 },
      { peer: 'k6', atLeast: 8 },
    ],
  },
  'mllp-tls': {
    ...mllp,
    work: `${mllp.work}, under TLS 1.3`,
    connections: 16,
    tls: true,
    bars: [
      { peer: 'C over epoll', atLeast: 0.6 },
      { peer: 'Node sockets', atLeast: null },
    ],
  },
  'fhir-tls': { ...fhir, work: `${fhir.work}, under TLS 1.3`, tls: true, bars: [{ peer: 'wrk', atLeast: 0.8 }] },
}

/** A bench with a course of its own. */
export interface OwnBench {
  /** Gives what is printed as its result. */
  readonly perform: (
    options: Options,
    processes: Processes,
    folder: string,
    interrupted: AbortSignal,
  ) => Promise<object>
  /** What it can be set against by `--against`. */
  readonly peers?: readonly string[]
  /** When the options do not say. */
  readonly repetitions?: number
  /** Likewise. */
  readonly seconds?: number
  /** Told what it has so far when it is interrupted; the others end. */
  readonly tellsPart?: boolean
}

export const OWN_BENCHES: Readonly<Record<string, OwnBench>> = {
  clones: { perform: benchClones, repetitions: 30 },
  feeds: { perform: benchFeeds, seconds: 20 },
  frame: { perform: benchFrame },
  fuzz: { perform: benchFuzz },
  memory: { perform: benchMemory },
  render: { perform: benchRender },
  schedule: { perform: benchSchedule, peers: RATE_PEERS, repetitions: 15, seconds: 1, tellsPart: true },
}
