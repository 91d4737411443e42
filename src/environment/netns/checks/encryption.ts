import { randomBytes } from 'node:crypto'
import type { CheckResult } from '../../../model/environment.ts'
import { type Captured, startCapture } from '../capture.ts'
import { ANSWERED_MS, type Proof } from './check.ts'
import { DEFAULT_PORT } from './reachability.ts'

const MESSAGES = 20
const REPEATED = 4

/** Whether a marker that a hospital sends is seen at the application, and never on the internet, where packets of the VPN are. */
export async function encryption({ topology, tree, probes }: Proof): Promise<CheckResult[]> {
  if (topology.tunnels.length === 0) return []
  const marker = `HL7BENCH-${randomBytes(12).toString('hex')}`
  const captures = await Promise.all(
    [topology.application, topology.internet].map(host => startCapture(tree, { host, marker })),
  )
  const { host, address, ports } = topology.hospitals[0]!
  const plan = {
    from: address,
    host: topology.applicationAddress,
    port: ports[0] ?? DEFAULT_PORT,
    bytes: REPEATED * marker.length,
    fill: marker,
  }
  const outcomes = await probes.tryAll(host, Array(MESSAGES).fill(plan), ANSWERED_MS)
  const [inside, outside] = (await Promise.all(captures.map(capture => capture.end()))) as [Captured, Captured]
  const arrived = outcomes.filter(({ state }) => state === 'answered').length
  const { esp = 0, wireguard = 0, fragment = 0, other = 0 } = outside.packets
  const secret = esp + wireguard
  const dropped = inside.dropped + outside.dropped
  return [
    {
      name: 'encryption',
      passed:
        arrived === MESSAGES &&
        inside.marker >= MESSAGES * REPEATED &&
        outside.marker === 0 &&
        secret > 0 &&
        other === 0 &&
        dropped === 0,
      evidence:
        `${arrived} of ${MESSAGES} messages arrived, each with the marker in it ${REPEATED} times; it was seen ${inside.marker} times at the application and ` +
        `${outside.marker} times on the internet${outside.marker > 0 ? ' (a message in the clear counts on each interface that it passes)' : ''}, among ${secret} packets of the VPN${fragment > 0 ? `, ${fragment} fragments` : ''} and ${other} others` +
        (dropped === 0 ? '' : `; the captures lost ${dropped} packets`),
    },
  ]
}
