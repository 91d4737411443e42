import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import {
  boundsOf,
  type LoadTrial,
  nextStep,
  type SearchGoal,
  type SearchRange,
} from '../../src/stats/capacitySearch.ts'
import { quantileInterval } from '../../src/stats/quantileInterval.ts'
import { createRandom } from '../../src/stats/random.ts'

const GOAL: SearchGoal = { lossRatio: 0, finalSeconds: 60, sumSeconds: 60, exceedRatio: 0, widthRatio: 0.02 }
const RANGE: SearchRange = { leastLoad: 1, mostLoad: 100_000, firstLoad: 100, step: 'any' }
const MOST_TRIALS = 200

/** Runs a search to its end against a system that loses messages beyond a capacity of its own. */
function search(range: SearchRange, goal: SearchGoal, lossAt: (load: number, seconds: number) => number) {
  const trials: LoadTrial[] = []
  for (let count = 0; count < MOST_TRIALS; count++) {
    const step = nextStep(range, goal, trials)
    if (step.kind === 'done') return { bounds: step.bounds, trials }
    trials.push({ load: step.load, seconds: step.seconds, lossRatio: lossAt(step.load, step.seconds) })
  }
  throw new Error(`no end after ${MOST_TRIALS} trials`)
}

const steady = (capacity: number) => (load: number) => Math.max(0, 1 - capacity / load)

test('the bounds close in on a capacity, wherever it lies, within the width asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 2, max: 90_000, noNaN: true }), capacity => {
      const { bounds, trials } = search(RANGE, GOAL, steady(capacity))
      expect(bounds.lower!).toBeLessThanOrEqual(capacity)
      expect(bounds.upper!).toBeGreaterThan(capacity)
      expect(bounds.upper! / bounds.lower! - 1).toBeLessThanOrEqual(GOAL.widthRatio)
      expect(bounds.irregular).toBe(false)
      // What it keeps up with was held for the time of the goal; that it does not may show sooner.
      expect(trials.some(({ load, seconds }) => load === bounds.lower && seconds >= GOAL.finalSeconds)).toBe(true)
    }),
  )
})

test('most of the search is short: few trials are of full length', () => {
  const { trials } = search(RANGE, GOAL, steady(7_777))
  expect(trials.filter(({ seconds }) => seconds >= GOAL.finalSeconds).length).toBeLessThanOrEqual(6)
})

test('the same trials lead to the same step, so that a search that was cut short goes on', () => {
  const { trials, bounds } = search(RANGE, GOAL, steady(321))
  for (let kept = 0; kept <= trials.length; kept++) {
    const step = nextStep(RANGE, GOAL, trials.slice(0, kept))
    if (kept === trials.length) expect(step).toEqual({ kind: 'done', bounds })
    else expect(step).toEqual({ kind: 'try', load: trials[kept]!.load, seconds: trials[kept]!.seconds })
  }
})

test('whole loads end at neighbours', () => {
  const { bounds } = search({ leastLoad: 1, mostLoad: 1_000, firstLoad: 10, step: 'whole' }, GOAL, steady(37.5))
  expect(bounds).toEqual({ lower: 37, upper: 38, irregular: false })
})

group('at the edges', () => {
  test('a system that keeps up with everything has no upper bound', () => {
    expect(search(RANGE, GOAL, () => 0).bounds).toEqual({ lower: RANGE.mostLoad, upper: null, irregular: false })
  })

  test('a system that keeps up with nothing has no lower bound', () => {
    expect(search(RANGE, GOAL, () => 1).bounds).toEqual({ lower: null, upper: RANGE.leastLoad, irregular: false })
  })

  test('a load kept up with above one that was not is called irregular', () => {
    const goal = { ...GOAL, finalSeconds: 1, sumSeconds: 1 }
    const trials = [
      { load: 100, seconds: 1, lossRatio: 0 },
      { load: 200, seconds: 1, lossRatio: 0.5 },
      { load: 400, seconds: 1, lossRatio: 0 },
    ]
    expect(boundsOf(trials, goal)).toEqual({ lower: 100, upper: 200, irregular: true })
  })

  test('ranges and widths that make no sense are refused', () => {
    expect(() => nextStep({ ...RANGE, firstLoad: 0.5 }, GOAL, [])).toThrow('least <= first <= most')
    expect(() => nextStep(RANGE, { ...GOAL, widthRatio: 0 }, [])).toThrow('width above 0')
  })
})

test('six noisy searches find a known capacity within the interval of their bounds in at least 93 of 100 trials', () => {
  const found = Array.from({ length: 100 }, (_, trial) => {
    const random = createRandom(1_000 + trial)
    const capacity = 500 + 20_000 * random()
    const noise = () => 0.03 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const searches = Array.from({ length: 6 }, () => {
      // A clone has a capacity of its own, and every trial a little noise on it.
      const own = capacity * Math.exp(noise())
      return search(RANGE, { ...GOAL, sumSeconds: 120, exceedRatio: 0.5 }, load =>
        steady(own * Math.exp(noise() / 10))(load),
      ).bounds
    })
    const lower = quantileInterval(
      searches.map(({ lower }) => lower!),
      0.5,
      0.95,
    )!
    const upper = quantileInterval(
      searches.map(({ upper }) => upper!),
      0.5,
      0.95,
    )!
    return lower.lower <= capacity && capacity <= upper.upper
  })
  expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(93)
})
