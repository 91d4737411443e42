import type { CapacityAim } from '../../model/capacity.ts'
import { formatMs, formatNumber, plural } from '../format.ts'
import type { Added, CapacityCase, LinkUse } from './report.ts'
import { loadText, unitOf } from './unit.ts'

/** What a planner of gateways asks beyond the capacity, in sentences. */
export function linkText(use: LinkUse): string {
  return (
    `on ${use.device} of ${use.host}: ${formatNumber(use.packetsPerSecondIn)} packets/s in and ${formatNumber(use.packetsPerSecondOut)} out, ` +
    `${formatNumber(use.mbitPerSecondIn)} Mbit/s in and ${formatNumber(use.mbitPerSecondOut)} out (with headers, counted by the kernel)`
  )
}

export function addedTexts({ added, referenceId }: CapacityCase, aim: CapacityAim): readonly string[] {
  if (added === null) return []
  const { load, p50Ms, p99Ms } = added
  if (p50Ms === null && p99Ms === null) return []
  const told = [`p50 ${addedText(p50Ms)}`, `p99 ${addedText(p99Ms)}`]
  const pairs = Math.max(p50Ms?.pairs ?? 0, p99Ms?.pairs ?? 0)
  return [
    `added to the response at ${loadText(load, aim)}, beside ${referenceId}: ${told.join(', ')} (${plural(pairs, 'clone')})`,
  ]
}

function addedText(added: Added | null): string {
  if (added === null) return 'not told, as too many got no answer'
  const { ms, interval } = added
  const signed = (value: number) => `${value < 0 ? '' : '+'}${formatMs(value)}`
  return `${signed(ms)}${interval === null ? '' : ` [${signed(interval.lower)}, ${signed(interval.upper)}]`}`
}

export function ceilingTexts({ calibrated, kind }: CapacityCase): readonly string[] {
  if (kind === 'none' || kind === 'below') return []
  if (calibrated === undefined)
    return ["the generator's own ceiling is not known for such a load on this machine: hl7bench calibrate"]
  const { perSecond, share, at } = calibrated
  return [
    `${formatNumber(100 * share)} % of the generator's own ceiling, ${formatNumber(perSecond)} msg/s when calibrated (${at.slice(0, 10)}); a hint, the evidence is in each run`,
  ]
}

export function tunnelsTexts({ tunnels }: CapacityCase): readonly string[] {
  if (tunnels === null) return []
  const { at, bytesPerTunnel } = tunnels
  return [
    ...at.map(each => {
      const rate = each.perSecond === null || each.tunnels < 2 ? '' : ` (${formatNumber(each.perSecond)} a second)`
      const up = each.upMs === null ? '' : ` all up in ${formatMs(each.upMs)}${rate}`
      const memory = each.residentBytes === null ? '' : `, largest daemon ${megabytes(each.residentBytes)} MB`
      return `${plural(each.tunnels, 'tunnel')}:${up}${memory} (${plural(each.clones, 'clone')})`.replace(':,', ':')
    }),
    ...(bytesPerTunnel === null
      ? []
      : [
          `memory of the largest daemon: ${kilobytes(bytesPerTunnel.estimate)} kB a tunnel [${kilobytes(bytesPerTunnel.lower)}, ${kilobytes(bytesPerTunnel.upper)}]`,
        ]),
  ]
}

const megabytes = (bytes: number) => formatNumber(bytes / 1e6)
const kilobytes = (bytes: number) => formatNumber(bytes / 1e3)

export function scalabilityTexts({ scalability }: CapacityCase, aim: CapacityAim): readonly string[] {
  if (scalability === null) return []
  const { lambda, sigma, kappa, r2, peak, most, extrapolated } = scalability
  const where =
    peak === null || most === null
      ? 'no peak'
      : `peak of ${formatNumber(most)} msg/s at ${formatNumber(peak)} ${unitOf(aim)}${extrapolated ? ', beyond what was measured' : ''}`
  return [
    `hint only, never a capacity: Universal Scalability Law over ${unitOf(aim)}: ${formatNumber(lambda)} msg/s for one, contention ${formatNumber(sigma)}, coherence ${formatNumber(kappa)}, R2 ${formatNumber(r2)}; ${where}`,
  ]
}
