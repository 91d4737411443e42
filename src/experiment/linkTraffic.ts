import type { Clone, LinkCounters, LinkLoad } from '../model/environment.ts'
import type { Phases } from '../model/scenario.ts'
import { type PhaseReadings, watchPhase } from './measuredPhase.ts'

const COUNTED = ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut'] as const

/** Counts from `begin` on, and on links of a limited rate in the measured phase. */
export interface LinkWatch {
  begin(): Promise<void>
  /** Empty where the clone has no networks of its own. */
  end(): Promise<{ readonly links?: readonly LinkCounters[]; readonly limited?: readonly LinkLoad[] }>
  cancel(): void
}

export function watchLinks({ readLinks, limit }: Clone, phases: Phases): LinkWatch {
  let before: readonly LinkCounters[] | undefined
  const limited = limit && watchPhase(phases, limit.read)
  return {
    async begin() {
      before = await readLinks?.()
      limited?.begin()
    },
    async end() {
      const read = await limited?.end()
      return {
        ...(before && readLinks && { links: linkTraffic(before, await readLinks()) }),
        ...(limit && read && { limited: linkLoads(read, limit.rateMbit) }),
      }
    },
    cancel: () => limited?.cancel(),
  }
}

function linkLoads({ before, after, seconds }: PhaseReadings<readonly LinkCounters[]>, rateMbit: number): LinkLoad[] {
  const mbitPerSecond = (bytes: number) => (8 * bytes) / 1e6 / seconds
  return linkTraffic(before, after).map(({ host, device, bytesIn, bytesOut }) => ({
    ...{ host, device, rateMbit },
    ...{ mbitPerSecondIn: mbitPerSecond(bytesIn), mbitPerSecondOut: mbitPerSecond(bytesOut) },
  }))
}

/** What passed between two readings; a link that is not in both is left out. */
export function linkTraffic(before: readonly LinkCounters[], after: readonly LinkCounters[]): LinkCounters[] {
  return after.flatMap(end => {
    const start = before.find(({ host, device }) => host === end.host && device === end.device)
    if (start === undefined) return []
    const passed = Object.fromEntries(COUNTED.map(name => [name, end[name] - start[name]]))
    return [{ ...end, ...passed }]
  })
}
