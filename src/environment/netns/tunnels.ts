import { hrtime } from 'node:process'
import { DRILL_STEPS, type DrillStep, type DrillSteps } from '../../model/drill.ts'
import type { CloneTunnels } from '../../model/environment.ts'
import type { Hospital } from '../../model/topology.ts'
import { EnvironmentError } from '../error.ts'
import { type IpsecTunnel, ipsecTunnels } from './ipsec.ts'
import { openProbes, type Probes } from './probe/probes.ts'
import { changeOf } from './rules.ts'
import type { Site } from './site.ts'
import { TARGET_PORTS } from './targetPorts.ts'

const LONGEST_ANSWER_MS = 10_000

interface Withheld {
  readonly hospital: Hospital
  readonly tunnel: IpsecTunnel
}

/** The tunnels of a site that stands, to be taken away and given back while it is loaded. */
export function tunnelsOf(site: Site): CloneTunnels {
  const { topology, gateways, tree } = site
  const tunnels = ipsecTunnels(topology)
  let withheld: (Withheld | null)[] = []
  let probes: Probes | null = null

  const passagesOf = ({ tunnel: { initiator, responder } }: Withheld) => {
    const gateway = topology.hosts.find(({ name }) => name === responder.host)!
    const isIts = (network: string) => initiator.networks.includes(network)
    return gateway.passes === 'all' ? [] : gateway.passes.filter(({ from, to }) => isIts(from) || isIts(to))
  }
  const firewall = async (one: Withheld, verb: 'add' | 'delete') => {
    const { host } = one.tunnel.responder
    const { code, output } = await tree.run(host, ['nft', changeOf(passagesOf(one), verb)])
    if (code !== 0) throw refusal(`the firewall of ${host} cannot be changed: ${output.trim()}`)
  }
  const giveBack = async (one: Withheld, done: (step: DrillStep) => void = () => {}) => {
    await gateways.load(one.tunnel)
    done('configurationLoaded')
    await firewall(one, 'add')
    done('firewallOpened')
    await gateways.initiate(one.tunnel)
    done('tunnelUp')
  }

  return {
    async withhold(count) {
      probes = openProbes(tree)
      for (const place of Array.from({ length: count }, (_, n) => topology.hospitals.length - count + n)) {
        const one = { hospital: topology.hospitals[place]!, tunnel: tunnels[place]! }
        await gateways.unload(one.tunnel)
        await firewall(one, 'delete')
        withheld.push(one)
      }
      // A process that has yet to start would count as time of the tunnel.
      for (const one of withheld) if (one !== null) await probes.listen(one.hospital.host, [])
    },
    async add(which, message, identity) {
      const one = withheld[which]!
      if (one === null || probes === null) throw new Error(`tunnel ${which} is not withheld`)
      const machineMs = nowMs()
      const steps: Record<DrillStep, number | null> = { ...NOTHING_DONE }
      const done = (step: DrillStep) => {
        steps[step] = nowMs() - machineMs
      }
      const told = { do: 'add-tunnel', tunnel: one.tunnel.name, machineMs, steps } as const
      try {
        await giveBack(one, done)
        withheld[which] = null
        const error = await exchange(probes, site, one.hospital, { message, identity, machineMs, steps })
        return { ...told, error }
      } catch (error) {
        return { ...told, error: (error as Error).message }
      }
    },
    async restore() {
      const left = withheld.filter(one => one !== null)
      withheld = []
      await probes?.close()
      probes = null
      for (const one of left) await giveBack(one)
    },
  }
}

const NOTHING_DONE = Object.fromEntries(DRILL_STEPS.map(step => [step, null])) as unknown as DrillSteps
const nowMs = () => Number(hrtime.bigint()) / 1e6
const refusal = (message: string) => new EnvironmentError('measure', 'environment', message)

interface Sending {
  readonly message: Uint8Array
  readonly identity: string
  readonly machineMs: number
  readonly steps: Record<DrillStep, number | null>
}

/** Why the message was not accepted, or null. */
async function exchange(
  probes: Probes,
  { topology }: Site,
  { host, address, ports }: Hospital,
  { message, identity, machineMs, steps }: Sending,
): Promise<string | null> {
  const askedMs = nowMs() - machineMs
  const { connectedMs, answeredMs, reply, reason } = await probes.exchange(host, {
    from: address,
    host: topology.applicationAddress,
    port: ports[0] ?? TARGET_PORTS.mllp,
    message: Buffer.from(message).toString('base64'),
    timeoutMs: LONGEST_ANSWER_MS,
  })
  if (connectedMs !== null) steps.connected = askedMs + connectedMs
  if (reason !== null) return `the message from ${address}: ${reason}`
  if (!/MSA\|[AC]A\|/.test(reply) || !reply.includes(identity)) return `the message from ${address} was not accepted`
  steps.firstAck = askedMs + answeredMs!
  return null
}
