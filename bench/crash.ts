/**
 * `npm run crash -- 50`: kills a controller that many times, at moments spread over its whole life, every fifth with a
 * command of the user's that daemonises, and resumes what each left. Ends with 1 when anything was lost or left behind.
 */
import { clear, workplace } from '../test/fixtures/commandLine.ts'
import { CRASH_SCENARIOS, type Crash, crashOnce, lifeOf } from '../test/fixtures/crashOnce.ts'

const DAEMON_EVERY = 5
/** Multiples of it modulo 1 spread evenly, however many are taken. */
const GOLDEN_SHARE = (Math.sqrt(5) - 1) / 2

async function withWorkplace<T>(use: (place: ReturnType<typeof workplace>) => Promise<T>): Promise<T> {
  const place = workplace()
  try {
    return await use(place)
  } finally {
    clear(place)
  }
}

const kills = Number(process.argv[2] ?? 50)
if (!Number.isInteger(kills) || kills < 1) throw new Error('usage: npm run crash -- [number of kills]')
const lives = {
  builtin: await withWorkplace(place => lifeOf(place, CRASH_SCENARIOS.builtin)),
  command: await withWorkplace(place => lifeOf(place, CRASH_SCENARIOS.command)),
}
const offset = Math.random()
const crashes: Crash[] = []
for (let kill = 0; kill < kills; kill++) {
  const kind = kill % DAEMON_EVERY === DAEMON_EVERY - 1 ? 'command' : 'builtin'
  const afterMs = ((kill * GOLDEN_SHARE + offset) % 1) * lives[kind]
  const crash = await withWorkplace(place => crashOnce(place, CRASH_SCENARIOS[kind], afterMs))
  crashes.push(crash)
  // Lives are shorter when the machine is less busy: a kill after the end tells nothing.
  if (crash.stage === 'finished') lives[kind] = Math.min(lives[kind], afterMs)
  process.stderr.write(
    `${kill + 1}/${kills} ${kind}: killed after ${afterMs.toFixed(0)} ms, ${crash.stage}, ${crash.runsBefore} runs done; ` +
      `${crash.problems.length === 0 ? 'nothing lost, nothing left' : crash.problems.join('; ')}\n`,
  )
}
const stages = Object.groupBy(crashes, ({ stage }) => stage)
const failed = crashes.filter(({ problems }) => problems.length > 0)
process.stdout.write(
  `${JSON.stringify({
    kills,
    livesMs: lives,
    stages: Object.fromEntries(Object.entries(stages).map(([stage, all]) => [stage, all.length])),
    failed,
  })}\n`,
)
process.exitCode = failed.length > 0 ? 1 : 0
