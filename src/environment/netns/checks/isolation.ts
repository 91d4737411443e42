import type { CheckResult } from '../../../model/environment.ts'
import type { Attempt } from '../probe/request.ts'
import { CLOSED_PORT, type Proof, REFUSED_MS } from './check.ts'
import { DEFAULT_PORT } from './reachability.ts'
import { pairs, sampled } from './sample.ts'

/** What must be refused: every attempt is answered by a probe that listens, if it gets there. */
export async function isolation(site: Proof): Promise<CheckResult[]> {
  const { topology } = site
  if (topology.tunnels.length === 0) return []
  return await Promise.all([
    closedPorts(site),
    ...(topology.hospitals.length > 1 ? [otherHospitals(site)] : []),
    around(site),
  ])
}

async function closedPorts(site: Proof): Promise<CheckResult> {
  const { topology } = site
  const tried = sampled(site)
  const inbound = tried.flatMap(({ host, address, ports }) => {
    const others = topology.hospitals.find(other => other.ports[0] !== ports[0])?.ports[0]
    return [CLOSED_PORT, ...topology.sparePorts.slice(0, 1), ...(others === undefined ? [] : [others])].map(port => ({
      on: host,
      plan: { from: address, host: topology.applicationAddress, port, bytes: 1, fill: 'x' },
    }))
  })
  const outbound = tried.map(({ reachedAt }) => ({
    on: topology.application,
    plan: { from: null, host: reachedAt, port: CLOSED_PORT, bytes: 1, fill: 'x' },
  }))
  return await refused(site, 'closed ports', [...inbound, ...outbound])
}

async function otherHospitals(site: Proof): Promise<CheckResult> {
  const attempts = pairs(site).map(({ from, to }) => ({
    on: from.host,
    plan: { from: from.address, host: to.reachedAt, port: to.receiverPort, bytes: 1, fill: 'x' },
  }))
  return await refused(site, 'isolation', attempts)
}

/** From the internet, with a route to our gateway: the inside must be reachable through a tunnel only. */
async function around(site: Proof): Promise<CheckResult> {
  const { topology, tree } = site
  const { responder } = topology.tunnels[0]!
  const route = [`${topology.applicationAddress}/32`, 'via', responder.address]
  await tree.run(topology.internet, ['ip', 'route', 'replace', ...route])
  try {
    const ports = [topology.hospitals[0]!.ports[0] ?? DEFAULT_PORT, CLOSED_PORT]
    const attempts = ports.map(port => ({
      on: topology.internet,
      plan: { from: null, host: topology.applicationAddress, port, bytes: 1, fill: 'x' },
    }))
    return await refused(site, 'around the tunnel', attempts)
  } finally {
    await tree.run(topology.internet, ['ip', 'route', 'del', ...route])
  }
}

interface Tried {
  readonly on: string
  readonly plan: Attempt['plan']
}

async function refused({ probes }: Proof, name: string, attempts: readonly Tried[]): Promise<CheckResult> {
  const hosts = [...new Set(attempts.map(({ on }) => on))]
  const reached = await Promise.all(
    hosts.map(async host => {
      const own = attempts.filter(({ on }) => on === host).map(({ plan }) => plan)
      const outcomes = await probes.tryAll(host, own, REFUSED_MS)
      return own
        .filter((_, index) => {
          const outcome = outcomes[index]!
          return outcome.state === 'answered' || outcome.connected
        })
        .map(plan => `${[host, plan.from].filter(Boolean).join(' ')} reached ${plan.host}:${plan.port}`)
    }),
  )
  const found = reached.flat()
  return {
    name,
    passed: found.length === 0,
    evidence:
      found.length === 0
        ? `${attempts.length} of ${attempts.length} attempts came to nothing within ${REFUSED_MS} ms`
        : `${found.length} of ${attempts.length} attempts were answered: ${found.slice(0, 3).join('; ')}`,
  }
}
