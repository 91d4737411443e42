import type { Endpoint, FhirEndpoint, Protocol } from '../model/scenario.ts'
import { reservePorts } from './ports.ts'
import { fhirReady, mllpReady, waitReady } from './ready.ts'
import { PLAIN, type Way } from './ways.ts'

/** Where the processes of a target run, and how they are reached from where the load comes from. */
export interface Place {
  /** Command line that runs `argv` there, in the folder. */
  enter(argv: readonly [string, ...string[]], cwd: string): readonly [string, ...string[]]
  /** Address that targets listen on, and at which the load finds them. */
  readonly address: string
  /** The ports that are open there; null = any free one. */
  readonly ports: Readonly<Record<Protocol, number>> | null
  /** Waits until both answer, as seen from where the load comes from. Resolves with null, or with what was missing. */
  waitReady(wanted: Reached, timeoutMs: number, signal: AbortSignal): Promise<string | null>
}

/** What must answer; null = not asked for. */
export interface Reached {
  readonly mllp: Endpoint | null
  readonly fhir: FhirEndpoint | null
  /** How loads speak to them; default: in the plain way. */
  readonly ways?: Readonly<Record<Protocol, readonly Way[]>>
}

/** This machine, by loopback. */
export const here: Place = {
  enter: argv => argv,
  address: '127.0.0.1',
  ports: null,
  waitReady: waitReached,
}

const PLAINLY = { mllp: [PLAIN], fhir: [PLAIN] }

/** Waits as seen from this process. Throws EnvironmentError where TLS or a token cannot be had, however long one waits. */
export function waitReached(
  { mllp, fhir, ways = PLAINLY }: Reached,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const checks = [
    ...(mllp === null ? [] : ways.mllp.map(({ tls }) => mllpReady(mllp, tls))),
    ...(fhir === null ? [] : ways.fhir.map(way => fhirReady(fhir, way))),
  ]
  return waitReady(checks, timeoutMs, signal)
}

/** A port for each protocol: those that are open, or free ones. */
export async function portsAt({ ports }: Place): Promise<Readonly<Record<Protocol, number>>> {
  if (ports !== null) return ports
  const [mllp, fhir] = (await reservePorts(2)) as [number, number]
  return { mllp, fhir }
}
