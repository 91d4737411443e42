import { describe } from './describe.ts'
import { assertLevel } from './input.ts'
import { meanStep, medianStep, ratio, SMALL, type Step, type StepAnswer } from './speedupSteps.ts'

/** So many runs per arm pass all its conditions on size. */
export const SPEEDUP_TEST_RUNS = SMALL + 1
const LEAST_RISK = 0.01
const LARGEST_RISK = 0.5

export interface ProtocolStep extends StepAnswer {
  /**
   * 1 - the least risk of 0.01 to 0.5 at which this test finds a speedup: what the protocol tells when it is given no risk. null where it
   * finds none. Not to be relied on: chosen after the fact, some risk finds a speedup in half of all comparisons without a change.
   */
  readonly confidence: number | null
}

export interface SpeedupReport {
  readonly n: readonly [initial: number, fresh: number]
  readonly alpha: number
  readonly mean: ProtocolStep
  readonly median: ProtocolStep
  /** min(initial) / min(new), which the protocol prints without a test. */
  readonly minSpeedup: number | null
}

/**
 * The Speedup-Test protocol (Touati, Worms and Briais, Concurrency and Computation 25(10), 2013): are the new times smaller than the initial
 * ones? Its limits: one direction only, a pre-test at the same risk as the test, no interval, no pairs. For a slowdown swap the arms.
 * @throws RangeError on an invalid sample or level.
 */
export function speedupTest(initial: readonly number[], fresh: readonly number[], alpha: number): SpeedupReport {
  assertLevel(alpha)
  const [x, y] = [describe(initial), describe(fresh)]
  return {
    n: [x.n, y.n],
    alpha,
    mean: withConfidence(meanStep(initial, fresh), alpha),
    median: withConfidence(medianStep(initial, fresh), alpha),
    minSpeedup: ratio(x.min, y.min),
  }
}

function withConfidence({ at, turningPoints }: Step, alpha: number): ProtocolStep {
  const risks = [LEAST_RISK, ...turningPoints.filter(p => p > LEAST_RISK && p <= LARGEST_RISK)].sort((a, b) => a - b)
  const least = risks.find(risk => at(risk).significant)
  return { ...at(alpha), confidence: least === undefined ? null : 1 - least }
}
