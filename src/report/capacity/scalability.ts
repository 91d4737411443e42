import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import { quantile } from '../../stats/quantile.ts'
import { type Scalability, uslFit } from '../../stats/usl.ts'

/** The law has three coefficients: with fewer loads it goes through everything. */
const FEWEST_LOADS = 6

/** The Universal Scalability Law fitted to what got through of the load that is raised by feeds or tunnels, each load by its median; null over rates and where there are too few loads. */
export function scalabilityOf(
  { over, load: name }: CapacityAim,
  searches: readonly CapacitySearch[],
): Scalability | null {
  if (over === 'rate') return null
  const measured = searches.flatMap(({ trials }) =>
    trials.flatMap(({ load, lossRatio, isGeneratorBound, result }) =>
      lossRatio === null || isGeneratorBound || result.state !== 'valid'
        ? []
        : [{ load, perSecond: result.loads.find(each => each.load === name)!.throughputPerSecond }],
    ),
  )
  const loads = [...Map.groupBy(measured, ({ load }) => load)].flatMap(([load, all]) => {
    const perSecond = quantile(
      all.map(each => each.perSecond),
      0.5,
    )
    return perSecond > 0 ? [{ load, perSecond }] : []
  })
  if (loads.length < FEWEST_LOADS) return null
  return uslFit(
    loads.map(({ load }) => load),
    loads.map(({ perSecond }) => perSecond),
  )
}
