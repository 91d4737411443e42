import type { Passage, Topology, Tunnel } from '../../../model/topology.ts'

/** What our gateway at the end of a tunnel passes on from and to the hospital behind it. */
export function passagesOf({ hosts }: Topology, { initiator, responder }: Tunnel): readonly Passage[] {
  const { passes } = hosts.find(({ name }) => name === responder.host)!
  const isIts = (network: string) => initiator.networks.includes(network)
  return passes === 'all' ? [] : passes.filter(({ from, to }) => isIts(from) || isIts(to))
}
