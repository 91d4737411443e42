import type { Case } from '../../src/model/experiment.ts'
import type { RunResult } from '../../src/model/result.ts'
import { createRandom } from '../../src/stats/random.ts'
import { load, loadResult, slo, testCase, validRun } from '../report/experiment.fixture.ts'

export interface Queue {
  /** Messages a second that it answers at most; Infinity: none waits for another. */
  readonly capacity: number
  readonly isRandom: boolean
  /** That each takes besides, ms, drawn with this mean. */
  readonly delayMs?: number
  readonly warmupMs: number
  readonly limitMs: number
}

/** A case with a queue's SLO and warm-up. */
export function queueCase({ warmupMs, limitMs }: Queue): Case {
  const changes = { load: [load()], phases: { warmupMs, measureMs: 1_000, drainMs: 60_000 } }
  return testCase({ ...changes, slo: [slo('mllp.response.p99', '<', limitMs, `< ${limitMs} ms`)] })
}

/** A run of one server that answers messages in their order: everything, however late. */
export function queueRun(queue: Queue, perSecond: number, seconds: number, seed: number): RunResult {
  const { capacity, isRandom, delayMs = 0, warmupMs } = queue
  const random = createRandom(seed)
  const drawn = (mean: number) => (isRandom ? -mean * Math.log(1 - random()) : mean)
  const untilMs = warmupMs + 1_000 * seconds
  const responses: number[] = []
  let acceptedInPhase = 0
  let freeMs = 0
  for (let atMs = drawn(1_000 / perSecond); atMs < untilMs; atMs += drawn(1_000 / perSecond)) {
    freeMs = Math.max(freeMs, atMs) + drawn(1_000 / capacity)
    const doneMs = freeMs + (delayMs === 0 ? 0 : -delayMs * Math.log(1 - random()))
    if (atMs >= warmupMs) responses.push(doneMs - atMs)
    if (doneMs >= warmupMs && doneMs < untilMs) acceptedInPhase++
  }
  const measured = { intendedPerSecond: perSecond, measuredMs: 1_000 * seconds, acceptedInPhase }
  const throughputPerSecond = acceptedInPhase / seconds
  return validRun(0, [{ ...loadResult(responses), ...measured, throughputPerSecond }])
}
