import type { CheckResult } from '../../../model/environment.ts'
import { ANSWERED_MS, type Proof } from './check.ts'
import { DEFAULT_PORT } from './reachability.ts'

/** From below one packet to a document: what a path swallows that loses the messages about its MTU shows in between. */
const LADDER_BYTES = [200, 1_000, 1_300, 1_400, 1_500, 9_000, 64_000, 12_000_000]
/** Time for the largest, at a third of the rate of the slowest link. */
function longestMs({ links }: Proof['topology']): number {
  const rates = links.flatMap(({ impairment }) => impairment?.rateMbit ?? [])
  const slowest = Math.min(...rates, FAST_MBIT)
  return 2 * ANSWERED_MS + (3 * LADDER_BYTES.at(-1)! * 8) / (slowest * 1_000)
}

const FAST_MBIT = 1_000

/** Whether messages of every size get through whole. */
export async function sizes({ topology, probes }: Proof): Promise<CheckResult> {
  const { host, address, ports } = topology.hospitals[0]!
  const plans = LADDER_BYTES.map(bytes => ({
    from: address,
    host: topology.applicationAddress,
    port: ports[0] ?? DEFAULT_PORT,
    bytes,
    fill: 'hl7 ',
  }))
  const outcomes = await probes.tryAll(host, plans, longestMs(topology))
  const broken = outcomes.flatMap((outcome, index) =>
    outcome.state === 'answered' && outcome.whole
      ? []
      : [`${LADDER_BYTES[index]} bytes: ${outcome.state === 'failed' ? outcome.reason : 'altered'}`],
  )
  const last = outcomes.at(-1)!
  return {
    name: 'mtu',
    passed: broken.length === 0,
    evidence:
      broken.length > 0
        ? broken.join('; ')
        : `${LADDER_BYTES.length} sizes from 200 bytes to 12 MB arrived whole; the largest took ${last.state === 'answered' ? last.wholeMs.toFixed(0) : '?'} ms`,
  }
}
