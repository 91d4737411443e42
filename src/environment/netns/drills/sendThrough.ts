import type { Topology } from '../../../model/topology.ts'
import type { Probes } from '../probe/probes.ts'
import type { Addition } from './addition.ts'

const LONGEST_ANSWER_MS = 10_000

/** Times since it was begun to send, ms; null = it was not come to. */
interface Sent {
  readonly connectedMs: number | null
  /** When it was accepted. */
  readonly acknowledgedMs: number | null
  /** Why it was not; null = it was. */
  readonly error: string | null
}

/** Sends a message from the hospital of what was added, and waits until it is accepted. */
export async function sendThrough(
  probes: Probes,
  { applicationAddress }: Topology,
  { hospital: { host, address }, port }: Addition,
  message: Uint8Array,
  identity: string,
): Promise<Sent> {
  const { connectedMs, answeredMs, reply, reason } = await probes.exchange(host, {
    ...{ from: address, host: applicationAddress, port, timeoutMs: LONGEST_ANSWER_MS },
    message: Buffer.from(message).toString('base64'),
  })
  const isAccepted = /MSA\|[AC]A\|/.test(reply) && reply.includes(identity)
  if (reason === null && isAccepted) return { connectedMs, acknowledgedMs: answeredMs, error: null }
  const error = `the message from ${address}${reason === null ? ' was not accepted' : `: ${reason}`}`
  return { connectedMs, acknowledgedMs: null, error }
}
