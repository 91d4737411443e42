import { existsSync } from 'node:fs'
import { expect, onTestFinished } from 'vitest'
import { clear, type Workplace, workplace } from '../fixtures/commandLine.ts'
import { CRASH_SCENARIOS, crashOnce, lifeOf } from '../fixtures/crashOnce.ts'
import { needs } from '../needs.ts'

const onLinux = needs(existsSync('/proc/self/environ'), 'Linux: leftovers can be looked for in /proc only')
const KILLS = 6
const SEED = 20261122

/** Park and Miller's generator: the same moments in every run of the suite, as shares of a life. */
function* shares(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 48_271) % 2_147_483_647
    yield state / 2_147_483_647
  }
}

function newWorkplace(): Workplace {
  const place = workplace()
  onTestFinished(() => clear(place))
  return place
}

onLinux(
  'a controller killed anywhere in its life leaves no process and no torn row, and resume completes the experiment',
  async () => {
    const life = await lifeOf(newWorkplace(), CRASH_SCENARIOS.builtin)
    const random = shares(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const afterMs = ((kill + random.next().value!) / KILLS) * life
      const crash = await crashOnce(newWorkplace(), CRASH_SCENARIOS.builtin, afterMs)
      expect(crash.problems, JSON.stringify(crash)).toEqual([])
    }
  },
  300_000,
)

onLinux(
  'a controller killed as its experiment comes to be leaves what resume can complete, or what it says to run anew',
  async () => {
    for (let kill = 0; kill < 2; kill++) {
      const crash = await crashOnce(newWorkplace(), CRASH_SCENARIOS.builtin, 'experiment begun')
      expect(crash.problems, JSON.stringify(crash)).toEqual([])
      expect(crash.runsBefore).toBe(0)
    }
  },
  120_000,
)

onLinux(
  "a controller killed while the user's own command runs leaves nothing of it, its daemons included",
  async () => {
    const life = await lifeOf(newWorkplace(), CRASH_SCENARIOS.command)
    for (const share of [0.4, 0.8]) {
      const crash = await crashOnce(newWorkplace(), CRASH_SCENARIOS.command, share * life)
      expect(crash.problems, JSON.stringify(crash)).toEqual([])
    }
  },
  300_000,
)
