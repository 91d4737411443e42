import { pathOf } from '../generator/ways.ts'
import { aroundEvents, isNear } from '../ledger/around.ts'
import type { GatewayWatch } from '../model/environment.ts'
import type { GeneratorPlan, GeneratorResult } from '../model/generator.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Around, TunnelEvent } from '../model/tunnelEvent.ts'

/** Exchanges so close to an event may feel it. */
const WINDOW_MS = 500

type Told = NonNullable<ReturnType<GatewayWatch['events']>>

/** Whether exchanges are timed one by one: keys of tunnels are renewed often enough for a run to see it, or something is done to them. */
export function isTimed({ environment, phases, drills }: Pick<Scenario, 'environment' | 'phases' | 'drills'>): boolean {
  if (drills !== undefined) return true
  if (environment.kind !== 'netns' || environment.vpn?.kind !== 'ipsec') return false
  const { rekeySeconds } = environment.vpn
  return rekeySeconds > 0 && rekeySeconds * 1_000 <= phases.warmupMs + phases.measureMs
}

/** What befell the tunnels of a run, and what its loads felt of it. */
export function eventsOf(
  told: Told | null,
  plans: readonly (readonly GeneratorPlan[])[],
  results: readonly (readonly GeneratorResult[])[],
): { tunnelEvents?: readonly TunnelEvent[]; around?: readonly Around[] } {
  if (told === null) return {}
  const timelines = results.flat().flatMap(({ timeline }) => timeline ?? [])
  const [first] = timelines
  if (first === undefined) return {}
  const tunnelEvents = told.map(({ machineMs, ...event }) => ({ ...event, atMs: machineMs - first.startMachineMs }))
  const around = plans.flatMap((shares, load): Around[] =>
    results[load]!.every(({ timeline }) => timeline?.responses !== undefined)
      ? [aroundOf(told, shares, results[load]!)]
      : [],
  )
  return { tunnelEvents, around }
}

function aroundOf(told: Told, plans: readonly GeneratorPlan[], results: readonly GeneratorResult[]): Around {
  const { load, phases } = plans[0]!
  const all = told.map(({ machineMs }) => machineMs).toSorted((a, b) => a - b)
  const byTunnel = Map.groupBy(told, ({ tunnel }) => tunnel)
  const timesOf = (tunnel: string) =>
    (byTunnel.get(tunnel) ?? []).map(({ machineMs }) => machineMs).toSorted((a, b) => a - b)
  const known = new Map([...byTunnel.keys()].map(tunnel => [tunnel, timesOf(tunnel)]))
  const shares = plans.map(({ paths = [], index }, generator) => ({
    timeline: results[generator]!.timeline!,
    sideOf(link: number | null, machineMs: number) {
      const tunnel =
        link === null || paths.length === 0 ? null : paths[pathOf(link, index, load.generators, paths.length)]!.tunnel
      const events = paths.length === 0 ? all : tunnel === null ? [] : (known.get(tunnel) ?? [])
      return isNear(events, machineMs, WINDOW_MS) ? ('within' as const) : ('rest' as const)
    },
  }))
  const fromMs = phases.warmupMs
  return {
    load: load.name,
    windowMs: WINDOW_MS,
    ...aroundEvents({
      ...{ shares, timeoutMs: load.timeoutMs },
      ...{ fromMs, untilMs: fromMs + phases.measureMs },
    }),
  }
}
