import type { Clone, LinkCounters } from '../model/environment.ts'

const COUNTED = ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut'] as const

/** Counts from `begin` on. */
export interface LinkWatch {
  begin(): Promise<void>
  /** Empty where the clone has no networks of its own. */
  end(): Promise<{ readonly links?: readonly LinkCounters[] }>
}

export function watchLinks(clone: Clone): LinkWatch {
  let before: readonly LinkCounters[] | undefined
  return {
    async begin() {
      before = await clone.readLinks?.()
    },
    end: async () =>
      before === undefined || clone.readLinks === undefined
        ? {}
        : { links: linkTraffic(before, await clone.readLinks()) },
  }
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
