import type { LinkCounters } from '../model/environment.ts'

const COUNTED = ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut'] as const

/** What passed between two readings; a link that is not in both is left out. */
export function linkTraffic(before: readonly LinkCounters[], after: readonly LinkCounters[]): LinkCounters[] {
  return after.flatMap(end => {
    const start = before.find(({ host, device }) => host === end.host && device === end.device)
    if (start === undefined) return []
    const passed = Object.fromEntries(COUNTED.map(name => [name, end[name] - start[name]]))
    return [{ ...end, ...passed }]
  })
}
