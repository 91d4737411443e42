import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ANSWERED_MS, type CheckResult, type Site } from './check.ts'
import { DEFAULT_PORT } from './reachability.ts'

const MESSAGES = 20
const LONGEST_LAG_MS = 3_000
const CAPTURE = 'proof.pcap'
/** What a capture may hold of each kind of VPN, for tcpdump(8): ESP in UDP has no four zero bytes where IKE has them (RFC 3948). */
const SECRET = 'esp or (udp port 4500 and udp[8:4] != 0) or udp port 51820'
const OTHER = 'not (esp or udp port 500 or udp port 4500 or udp port 51820 or arp or icmp or icmp6)'

/** Whether a marker that a hospital sends is seen at the application, and never on the internet, where packets of the VPN are. */
export async function encryption(site: Site): Promise<CheckResult[]> {
  const { topology, tree } = site
  if (topology.tunnels.length === 0) return []
  const marker = `HL7BENCH-${randomBytes(12).toString('hex')}`
  const captures = await Promise.all([
    tree.capture(topology.internet, CAPTURE, []),
    tree.capture(topology.application, CAPTURE, []),
  ])
  const { host, address, ports } = topology.hospitals[0]!
  const plan = {
    from: address,
    host: topology.applicationAddress,
    port: ports[0] ?? DEFAULT_PORT,
    bytes: 4 * marker.length,
    fill: marker,
  }
  const outcomes = await site.probes.tryAll(host, Array(MESSAGES).fill(plan), ANSWERED_MS)
  await settled(site, marker)
  await Promise.all(captures.map(stop => stop()))
  const arrived = outcomes.filter(({ state }) => state === 'answered').length
  const [inside, outside] = [topology.application, topology.internet].map(on => occurrences(site, on, marker))
  const [secret, other] = await Promise.all([SECRET, OTHER].map(filter => packets(site, filter)))
  const passed = arrived === MESSAGES && inside! >= MESSAGES && outside === 0 && secret! > 0 && other === 0
  return [
    {
      name: 'encryption',
      passed,
      evidence: `${arrived} of ${MESSAGES} marked messages arrived; the marker was seen ${inside} times at the application and ${outside} times on the internet, among ${secret} packets of the VPN and ${other} others`,
    },
  ]
}

/** A capture lags behind, and what it has not read when it is told to end is lost: waits until both have seen all. */
async function settled(site: Site, marker: string): Promise<void> {
  const deadline = performance.now() + LONGEST_LAG_MS
  while (occurrences(site, site.topology.application, marker) < MESSAGES && performance.now() < deadline)
    await sleep(20)
  const size = () => statSync(site.tree.fileOf(site.topology.internet, CAPTURE)).size
  for (let before = -1, now = size(); now !== before && performance.now() < deadline; before = now, now = size())
    await sleep(50)
}

function occurrences({ tree }: Site, host: string, marker: string): number {
  const bytes = readFileSync(tree.fileOf(host, CAPTURE))
  let count = 0
  for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at + marker.length)) count++
  return count
}

async function packets({ tree, topology }: Site, filter: string): Promise<number> {
  const { output } = await tree.run(topology.internet, ['tcpdump', '-nr', `/run/${CAPTURE}`, filter])
  return output.split('\n').filter(line => /^\d\d:/.test(line)).length
}
