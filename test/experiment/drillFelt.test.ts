import { expect, test } from 'vitest'
import { drillResults } from '../../src/experiment/drills.ts'
import { MessageLinks } from '../../src/ledger/messageLinks.ts'
import { MessageTimes } from '../../src/ledger/messageTimes.ts'
import type { GeneratorPlan, GeneratorResult } from '../../src/model/generator.ts'
import { load } from '../report/experiment.fixture.ts'

const START_MS = 1_000_000
const WARMUP_MS = 200
const PHASES = { warmupMs: WARMUP_MS, measureMs: 3_000, drainMs: 1_000 }
/** One exchange every 10 ms, in warm-up and measured phase. */
const GAP_MS = 10

/** Slow, 100 ms, from one time to another after the measured phase began. */
function resultOf(slow: { readonly fromMs: number; readonly untilMs: number }) {
  const [intended, responses, links] = [new MessageTimes(), new MessageTimes(), new MessageLinks()]
  for (let position = 0; position < (PHASES.warmupMs + PHASES.measureMs) / GAP_MS; position++) {
    const atMs = position * GAP_MS
    intended.set(position, atMs)
    responses.set(position, atMs - WARMUP_MS >= slow.fromMs && atMs - WARMUP_MS < slow.untilMs ? 100 : 5)
    links.set(position, 0)
  }
  const timeline = {
    ...{ startMachineMs: START_MS, clock: { toMachineMs: 0, uncertaintyMs: 0 } },
    ...{ intended: intended.encode(), responses: responses.encode(), links: links.encode() },
  }
  return { timeline } as unknown as GeneratorResult
}

function feltOf(atMs: readonly number[], firstAck: number, slow = { fromMs: 0, untilMs: 0 }) {
  const plan = { load: load(), phases: PHASES } as unknown as GeneratorPlan
  const performed = atMs.map(each => ({
    ...{ do: 'add-port' as const, tunnel: 't', port: 1, closedBefore: '', error: null, steps: { firstAck } },
    machineMs: START_MS + WARMUP_MS + each,
  }))
  const { drills } = drillResults(performed, [[plan]], [[resultOf(slow)]])
  return drills!.map(({ felt }) => felt[0]!)
}

test('the window of a drill ends with the measured phase, and is told as long as it was', () => {
  const [early, late] = feltOf([500, 2_900], 90)
  expect(early).toMatchObject({ windowMs: 1_000, during: { exchanges: 100 }, before: { exchanges: 50 } })
  expect(late).toMatchObject({ windowMs: 100, during: { exchanges: 10 } })
  expect(feltOf([500], 1_700)[0]).toMatchObject({ windowMs: 1_700, during: { exchanges: 170 } })
  expect(feltOf([2_000], 8_000)[0]).toMatchObject({ windowMs: 1_000, during: { exchanges: 100 } })
})

test('what an earlier drill did is no part of the time before a later one', () => {
  const [first, second] = feltOf([500, 2_000], 90, { fromMs: 500, untilMs: 1_500 })
  expect(first).toMatchObject({ during: { p99Ms: expect.closeTo(100, 0) }, before: { exchanges: 50 } })
  expect(second!.before).toMatchObject({ exchanges: 100, p99Ms: expect.closeTo(5, 0) })
  expect(feltOf([0, 300], 90)[1]!.before.exchanges).toBe(0)
})
