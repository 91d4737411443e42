import type { GatewayUsage, NetworkFacts } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import { quantile } from '../stats/quantile.ts'
import { formatCount, plural } from './format.ts'

/** What the clones of a case were, how this machine made them, and what they proved. */
export interface NetworkReport {
  readonly topology: string
  readonly hospitals: number
  readonly tunnels: number
  readonly mechanisms: Readonly<Record<string, string>>
  /** Median over the clones, ms. */
  readonly provisionMs: number | null
  /** Median over the clones, ms; null = no IPsec. */
  readonly tunnelsUpMs: number | null
  /** Points proven, with what was seen in the first clone. */
  readonly checks: readonly CheckReport[]
  /** Medians over the valid runs. */
  readonly gateways: readonly GatewayUsage[]
}

export interface CheckReport {
  readonly name: string
  /** Clones in which it was tried; all of them passed, or nothing was loaded. */
  readonly clones: number
  readonly evidence: string
}

/** Undefined where the clones have no networks of their own. */
export function networkReport(results: readonly RunResult[]): NetworkReport | undefined {
  const clones = clonesOf(results)
  const first = clones[0]
  if (first === undefined) return undefined
  const { topology, hospitals, tunnels, mechanisms } = first.network
  return {
    ...{ topology, hospitals, tunnels, mechanisms },
    provisionMs: median(clones.flatMap(({ provisionMs }) => provisionMs ?? [])),
    tunnelsUpMs: median(clones.flatMap(({ network }) => network.tunnelsUpMs ?? [])),
    checks: checksOf(clones.map(({ network }) => network)),
    gateways: usageOf(results),
  }
}

interface CloneFacts {
  readonly network: NetworkFacts
  readonly provisionMs: number | null
}

/** Runs that share a clone share its facts. */
function clonesOf(results: readonly RunResult[]): readonly CloneFacts[] {
  const clones = new Map<string, CloneFacts>()
  for (const { cloneId, network, timings } of results)
    if (cloneId !== null && network !== undefined && !clones.has(cloneId))
      clones.set(cloneId, { network, provisionMs: timings.provisionMs })
  return [...clones.values()]
}

function checksOf(networks: readonly NetworkFacts[]): CheckReport[] {
  const found = new Map<string, CheckReport>()
  for (const { checks } of networks)
    for (const { name, evidence } of checks) {
      const former = found.get(name)
      found.set(name, { name, clones: (former?.clones ?? 0) + 1, evidence: former?.evidence ?? evidence })
    }
  return [...found.values()]
}

/** Medians over the valid runs, daemon by daemon. */
export function usageOf(results: readonly RunResult[]): GatewayUsage[] {
  const all = results.flatMap(result => (result.state === 'valid' ? (result.gateways ?? []) : []))
  const keys = [...new Set(all.map(({ host, daemon }) => `${host}\n${daemon}`))]
  return keys.map(key => {
    const [host, daemon] = key.split('\n') as [string, string]
    const own = all.filter(each => each.host === host && each.daemon === daemon)
    return {
      host,
      daemon,
      cpuShare: median(own.map(({ cpuShare }) => cpuShare))!,
      residentBytes: median(own.map(({ residentBytes }) => residentBytes))!,
    }
  })
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5))

/** Mechanisms whose speed is that of the method, not of any product. */
const METHOD: Readonly<Record<string, string>> = {
  libipsec: "charon's own ESP in user space: figures of a method, not of a product",
  'wireguard-go': 'WireGuard in user space: figures of a method, not of a product',
  relay: 'delay and loss by a relay in user space',
}
const MOST_GATEWAYS = 4

/** The same in sentences. */
export function networkNotes({ network }: { readonly network?: NetworkReport }): readonly string[] {
  if (network === undefined) return []
  const { topology, hospitals, tunnels, mechanisms, provisionMs, tunnelsUpMs, checks, gateways } = network
  const made = Object.values(mechanisms).flatMap(name => METHOD[name] ?? [])
  const up = tunnelsUpMs === null ? '' : `, tunnels up in ${tunnelsUpMs.toFixed(0)} ms`
  const ready =
    provisionMs === null ? '' : `; a clone stood and was proven in ${(provisionMs / 1000).toFixed(2)} s${up} (medians)`
  return [
    `${topology}: ${plural(hospitals, 'hospital')}, ${plural(tunnels, 'tunnel')}${ready}`,
    ...made,
    checks.length === 0
      ? 'not proven: the checks of the environment were left out'
      : `proven in ${plural(Math.max(...checks.map(({ clones }) => clones)), 'clone')}: ${checks.map(({ name }) => name).join(', ')}`,
    ...gateways
      .slice(0, MOST_GATEWAYS)
      .map(
        ({ host, daemon, cpuShare, residentBytes }) =>
          `${daemon} of ${host}: ${(100 * cpuShare).toFixed(0)} % of a core, ${formatCount(Math.round(residentBytes / 1e6))} MB (medians)`,
      ),
    ...(gateways.length > MOST_GATEWAYS ? [`and ${gateways.length - MOST_GATEWAYS} other daemons`] : []),
  ]
}
