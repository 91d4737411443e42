import type { NetworkFacts } from '../../model/environment.ts'
import type { RunResult } from '../../model/result.ts'
import { linearFit } from '../../stats/linearFit.ts'
import { quantile } from '../../stats/quantile.ts'
import type { TunnelsReport } from './report.ts'

const LEVEL = 0.95

/** What so many tunnels cost, for each number of them that clones had; null where there are no tunnels. */
export function tunnelsOf(results: readonly RunResult[]): TunnelsReport | null {
  const clones = clonesOf(results)
  if (clones.length === 0) return null
  const numbers = [...Map.groupBy(clones, ({ network }) => network.tunnels)].toSorted(([a], [b]) => a - b)
  const points = clones.flatMap(({ network, residentBytes }) =>
    residentBytes === null ? [] : [{ x: network.tunnels, y: residentBytes }],
  )
  const slope = linearFit(points, LEVEL)?.slope ?? null
  return {
    at: numbers.map(([tunnels, all]) => {
      const upMs = median(all.flatMap(({ network }) => network.tunnelsUpMs ?? []))
      return {
        ...{ tunnels, clones: all.length, upMs },
        perSecond: upMs === null || upMs <= 0 ? null : (1000 * tunnels) / upMs,
        residentBytes: median(all.flatMap(({ residentBytes }) => residentBytes ?? [])),
      }
    }),
    bytesPerTunnel: slope && { estimate: slope.estimate, lower: slope.lower, upper: slope.upper },
  }
}

interface CloneOfTunnels {
  readonly network: NetworkFacts
  /** Of its largest daemon; null = not measured. */
  residentBytes: number | null
}

function clonesOf(results: readonly RunResult[]): readonly CloneOfTunnels[] {
  const clones = new Map<string, CloneOfTunnels>()
  for (const result of results) {
    const { cloneId, network } = result
    if (cloneId === null || network === undefined || network.tunnels === 0) continue
    const clone = clones.get(cloneId) ?? { network, residentBytes: null }
    clones.set(cloneId, clone)
    if (result.state === 'failed') continue
    for (const { residentBytes } of result.gateways ?? [])
      clone.residentBytes = Math.max(clone.residentBytes ?? 0, residentBytes)
  }
  return [...clones.values()]
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5))
