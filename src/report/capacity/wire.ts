import type { LinkCounters } from '../../model/environment.ts'
import { quantile } from '../../stats/quantile.ts'
import { type Measured, messagesPerSecond, sentOf } from './measured.ts'
import type { LinkUse } from './report.ts'

/** Medians over the results, link by link. Counted over the whole run: what there was for a message, times the messages of a second. */
export function wireOf(results: readonly Measured[]): LinkUse[] {
  const counted = results.flatMap(result => (result.links ?? []).map(link => ({ link, scale: perSecond(result) })))
  const links = Map.groupBy(counted, ({ link }) => `${link.host}\n${link.device}`)
  return [...links.values()].map(all => {
    const { host, device } = all[0]!.link
    const median = (of: (link: LinkCounters) => number) =>
      quantile(
        all.map(({ link, scale }) => of(link) * scale),
        0.5,
      )
    return {
      ...{ host, device },
      packetsPerSecondIn: median(({ packetsIn }) => packetsIn),
      packetsPerSecondOut: median(({ packetsOut }) => packetsOut),
      mbitPerSecondIn: median(({ bytesIn }) => (8 * bytesIn) / 1e6),
      mbitPerSecondOut: median(({ bytesOut }) => (8 * bytesOut) / 1e6),
    }
  })
}

function perSecond(result: Measured): number {
  const sent = result.loads.reduce((sum, load) => sum + sentOf(load), 0)
  return sent === 0 ? 0 : messagesPerSecond(result) / sent
}
