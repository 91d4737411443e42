import { describe } from '../../stats/describe.ts'
import { type FittedValue, linearFit } from '../../stats/linearFit.ts'

/** Never fewer iterations: NIST SP 800-132 and CMS Blue Button. */
export const FLOOR = 1_000
const LEVEL = 0.95

export interface HashPoint {
  readonly iterations: number
  /** Thread-seconds per hash, or seconds per record of a load. */
  readonly seconds: number
}

/** What the hashing may cost. */
export interface HashDemand {
  readonly records: number
  readonly budgetSeconds: number
  readonly cores: number
}

export interface Rung {
  readonly iterations: number
  readonly n: number
  readonly medianSeconds: number
}

export interface HashAnswer {
  readonly n: number
  /** seconds = intercept + slope * iterations. */
  readonly intercept: FittedValue
  readonly slope: FittedValue
  readonly r2: number
  readonly rungs: readonly Rung[]
  /** Thread-seconds that one hash may take. */
  readonly allowedSeconds: number
  /** Highest count whose upper bound still fits. `below`: not even the floor does. `above`: it lies beyond the ladder. */
  readonly most: number | 'below' | 'above'
  /** The same with ten times the machines. */
  readonly mostWithTen: number | 'below' | 'above'
  /** CMS's own rule from the rate at 1,000 iterations: budget x threads x rate x 1000 / records, at least 1,000. */
  readonly ruleOfCms: number | null
}

/**
 * The highest iteration count that can be afforded: the straight line of seconds against iterations, one point for each run, weighted by 1 / median^2
 * of its rung since the spread grows with the time, answered by the upper 95 % bound of the mean and never outside the ladder. null for
 * fewer than three points or two rungs.
 */
export function answerHash(points: readonly HashPoint[], demand: HashDemand): HashAnswer | null {
  const rungs = rungsOf(points)
  const medians = new Map(rungs.map(({ iterations, medianSeconds }) => [iterations, medianSeconds]))
  const fit = linearFit(
    points.map(({ iterations, seconds }) => ({ x: iterations, y: seconds })),
    LEVEL,
    points.map(({ iterations }) => 1 / medians.get(iterations)! ** 2),
  )
  if (fit === null) return null
  const allowedSeconds = (demand.budgetSeconds * demand.cores) / demand.records
  const mostWithin = (limit: number) => {
    const most = fit.largestWithin(limit)
    if (typeof most !== 'number') return most
    return most < FLOOR ? 'below' : Math.floor(most)
  }
  const atFloor = medians.get(FLOOR)
  return {
    n: fit.n,
    intercept: fit.intercept,
    slope: fit.slope,
    r2: fit.r2,
    rungs,
    allowedSeconds,
    most: mostWithin(allowedSeconds),
    mostWithTen: mostWithin(10 * allowedSeconds),
    ruleOfCms: atFloor === undefined ? null : Math.max(FLOOR, Math.floor((allowedSeconds / atFloor) * FLOOR)),
  }
}

export function rungsOf(points: readonly HashPoint[]): readonly Rung[] {
  const byIterations = Map.groupBy(points, ({ iterations }) => iterations)
  return [...byIterations]
    .toSorted(([a], [b]) => a - b)
    .map(([iterations, each]) => ({
      iterations,
      n: each.length,
      medianSeconds: describe(each.map(({ seconds }) => seconds)).median,
    }))
}
