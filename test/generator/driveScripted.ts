import { Backlog } from '../../src/generator/backlog.ts'
import { Driver } from '../../src/generator/drive.ts'
import { FeedRecorder } from '../../src/generator/feedRecorder.ts'
import { Recorder } from '../../src/generator/recorder.ts'
import type { ClientStage } from '../../src/generator/stage.ts'
import { Fates } from '../../src/ledger/fate.ts'
import type { ClosedWorkload, Load, OpenWorkload, Workload } from '../../src/model/scenario.ts'
import type { LinkEvents } from '../../src/protocol/link.ts'
import { schedule } from '../../src/workload/schedule.ts'
import { type Answer, type Sent, scriptedLinks } from './scriptedLinks.ts'
import { VirtualClock } from './virtualClock.ts'

interface Setting {
  readonly workload:
    | Partial<OpenWorkload & Omit<ClosedWorkload, 'kind'>>
    | ({ readonly kind: 'closed' } & Partial<ClosedWorkload>)
  readonly links?: number
  readonly window?: number
  readonly pinned?: boolean
  readonly phases?: { warmupMs: number; measureMs: number; drainMs: number }
  readonly load?: Partial<Load>
  readonly share?: { index: number; of: number }
  readonly seed?: number
  readonly stage?: (clock: VirtualClock) => ClientStage | null
  /** How long it takes to make a message; default no time. */
  readonly makingMs?: number
  readonly answer: (sent: Sent, nth: number, clock: VirtualClock) => Answer
}

interface Time {
  readonly link: number
  readonly index: number
  intendedMs: number
  readyMs: number
  sentMs: number
  doneMs: number
}

/** One run of a driver over scripted links on a virtual clock. */
export async function drive({
  workload,
  links = 1,
  window = 1,
  pinned = true,
  phases = { warmupMs: 0, measureMs: 1000, drainMs: 1000 },
  load = {},
  share = { index: 0, of: 1 },
  seed = 1,
  stage = () => null,
  makingMs = 0,
  answer,
}: Setting) {
  const clock = new VirtualClock()
  const measured = { fromMs: phases.warmupMs, untilMs: phases.warmupMs + phases.measureMs }
  const recorder = new Recorder(measured)
  const feeds = new FeedRecorder(pinned ? links : 1, measured)
  const times: Time[] = []
  let replied = { link: -1, index: -1 }
  const answered = recorder.answered.bind(recorder)
  recorder.answered = (outcome, intendedMs, readyMs, sentMs, doneMs) => {
    times.push({ ...replied, intendedMs, readyMs, sentMs, doneMs })
    answered(outcome, intendedMs, readyMs, sentMs, doneMs)
  }
  const fates = new Fates()
  const defaults = {
    kind: 'open',
    arrivals: 'constant',
    ratePerSecond: 100,
    thinkMs: 0,
    records: null,
    maxOutstanding: 10_000,
  }
  const whole = { ...defaults, ...workload } as Workload
  const { backlogPerFeed } = { backlogPerFeed: undefined, ...workload }
  const backlog = backlogPerFeed ? new Backlog(backlogPerFeed * links, phases.warmupMs) : null
  const driver = new Driver({
    load: { window, workload: whole, timeoutMs: 300, onUnknown: 'drop', maxAttempts: 3, ...load } as Load,
    links,
    pinned,
    share,
    arrivals: whole.kind === 'open' ? schedule({ workload: whole, phases, seed, share, feeds: links }) : null,
    seed,
    phases,
    spinShare: 0,
    clock,
    recorder,
    fates,
    feeds,
    ...(backlog && { backlog }),
    stage: stage(clock),
  })
  const events: LinkEvents = {
    ...driver.events,
    replied(link, slot, ...rest) {
      const message = peer.sent.findLast(each => each.link === link && each.slot === slot)!
      replied = { link, index: message.index }
      driver.events.replied(link, slot, ...rest)
    },
  }
  const peer = scriptedLinks(
    clock,
    events,
    links,
    (sent, nth) => answer(sent, nth, clock),
    () => clock.freeze(makingMs),
  )
  const done = driver.run(peer.links)
  clock.run(phases.warmupMs + phases.measureMs + phases.drainMs + 1)
  await done
  recorder.checkConservation()
  feeds.checkConservation()
  const drain = backlog?.timeToDrain(driver.now()) ?? null
  return { recorder, fates, driver, times, sent: peer.sent, feeds: feeds.columns(), drain }
}
