import { expect, test } from 'vitest'
import { resultOf, type Traffic } from '../../src/generator/result.ts'
import type { Watched } from '../../src/generator/watch.ts'
import { createHistogram } from '../../src/stats/histogram.ts'
import { drive } from './driveScripted.ts'
import { plan } from './generatorProcess.ts'
import type { Answer, Sent } from './scriptedLinks.ts'

const WORK = { kind: 'closed', records: 6, thinkMs: 0 } as const
const phases = { warmupMs: 0, measureMs: 60_000, drainMs: 1000 }

async function resultBy(answer: (sent: Sent, nth: number) => Answer) {
  const { recorder, driver, fates } = await drive({ workload: WORK, links: 2, pinned: false, phases, answer })
  const watched = { vitals: {}, pauses: createHistogram() } as unknown as Watched
  return resultOf(plan(0, { workload: WORK }, { phases }), recorder, driver, fates, watched, {} as Traffic)
}

test('fixed work took until its last answer', async () => {
  const { acceptedInPhase, measuredMs } = await resultBy(() => ({ afterMs: 10 }))
  expect([acceptedInPhase, measuredMs]).toEqual([6, 30])
})

test('fixed work of which a part got no answer took until that was given up: a target that goes mute is not fast', async () => {
  const { acceptedInPhase, measuredMs } = await resultBy((_, nth) => (nth < 4 ? { afterMs: 10 } : 'never'))
  expect(acceptedInPhase).toBe(4)
  // The last two were sent after 20 ms, and wait for 300.
  expect(measuredMs).toBeGreaterThanOrEqual(320)
  expect(measuredMs).toBeLessThan(430)
})
