import { ETHERNET_MTU, LEAST_WIREGUARD_OVERHEAD_BYTES } from '../model/mtu.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'
import type { Finding } from './finding.ts'
import type { Parts } from './parse.ts'

type Netns = Extract<ParsedEnvironment, { kind: 'netns' }>

/** What the parts of a network clone must agree on. */
export function checkNetns({ hospitals, overlapping, link, topology, vpn }: Netns): readonly Finding[] {
  const findings: Finding[] = []
  if (topology === 'hub' && overlapping > hospitals)
    findings.push({
      path: ['environment', 'overlapping'],
      expected: `at most the number of hospitals, ${hospitals}`,
      found: overlapping,
      hint: 'lower it, or raise environment.hospitals',
    })
  if (link.jitterMs > link.delayMs)
    findings.push({
      path: ['environment', 'link', 'jitterMs'],
      expected: `at most the delay, ${link.delayMs} ms: a packet cannot come before it was sent`,
      found: link.jitterMs,
      hint: 'lower it, or raise environment.link.delayMs',
    })
  const path = Math.min(ETHERNET_MTU, link.mtu ?? ETHERNET_MTU)
  const carried = path - LEAST_WIREGUARD_OVERHEAD_BYTES
  if (topology !== 'direct' && vpn.kind === 'wireguard' && vpn.mtu !== null && vpn.mtu > carried)
    findings.push({
      path: ['environment', 'vpn', 'mtu'],
      expected: `at most ${carried}: what a path of ${path} bytes carries beside WireGuard's own ${LEAST_WIREGUARD_OVERHEAD_BYTES}`,
      found: vpn.mtu,
      hint: 'leave it out, or raise environment.link.mtu',
    })
  return findings
}

/** Hospitals of one address range cannot share a host, and a generator runs on one. */
export function checkSenders({ hospitals, overlapping, topology }: Netns, loads: Parts['load']): readonly Finding[] {
  if (topology !== 'hub' || overlapping > hospitals) return []
  const hosts = overlapping + (overlapping < hospitals ? 1 : 0)
  return loads.flatMap((load, index) =>
    load === undefined || load.from === 'application' || load.generators >= hosts
      ? []
      : [
          {
            path: ['load', index, 'generators'],
            expected: `at least ${hosts}: each of the ${overlapping} overlapping hospitals has a host of its own, and a generator runs on one`,
            found: load.generators,
            hint: 'raise it, or lower environment.overlapping',
          },
        ],
  )
}
