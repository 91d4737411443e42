import { Fates } from '../ledger/fate.ts'
import { readClock } from '../ledger/machineClock.ts'
import { MessageLinks } from '../ledger/messageLinks.ts'
import { MessageTimes } from '../ledger/messageTimes.ts'
import type { GeneratorPlan, GeneratorResult, Tick, Timeline } from '../model/generator.ts'
import type { Bearer } from '../protocol/smart/bearer.ts'
import type { ArrivalCursor } from '../workload/arrivals.ts'
import { hash32 } from '../workload/random.ts'
import { schedule } from '../workload/schedule.ts'
import { Backlog } from './backlog.ts'
import { systemClock } from './clock.ts'
import { Driver } from './drive.ts'
import type { DriveOptions } from './driveOptions.ts'
import { FeedRecorder } from './feedRecorder.ts'
import type { HashingStage } from './hash/stage.ts'
import { type MakeLink, openLinks } from './links.ts'
import { Recorder } from './recorder.ts'
import { rehearseSettling, rehearseTimers } from './rehearse.ts'
import { resultOf } from './result.ts'
import { watchRun } from './watch.ts'

const LOADS = 0x6c6f6164

/** One generator, connected and ready to start. */
export interface Ready {
  readonly connectionsWanted: number
  readonly connectionsOpened: number
  /** Codes of failed dials by count. */
  readonly refusals: ReadonlyMap<string, number>
  /** Warm-up, measured phase and drain. */
  measure(onTick: (tick: Tick) => void): Promise<GeneratorResult>
  stop(): void
}

/** Connections of this generator: the load's, dealt out evenly. */
export function connectionsOf({ load, index }: GeneratorPlan): number {
  return Math.ceil((load.connections - index) / load.generators)
}

/**
 * Arrivals of this generator; null = closed loop. Loads of one scenario have seeds of their own: two Poisson processes from the same
 * seed would bring all their arrivals in pairs.
 */
export function arrivalsOf(plan: GeneratorPlan): ArrivalCursor | null {
  const { load, index, phases } = plan
  const { workload } = load
  if (workload.kind === 'closed') return null
  const share = { index, of: load.generators }
  return schedule({ workload, phases, seed: seedOf(plan), share, feeds: connectionsOf(plan) })
}

/** This generator's part of the backlog of an open load; null without one. */
function backlogOf(plan: GeneratorPlan): Backlog | null {
  const { workload } = plan.load
  if (workload.kind === 'closed' || !workload.backlogPerFeed) return null
  return new Backlog(workload.backlogPerFeed * connectionsOf(plan), plan.phases.warmupMs)
}

function seedOf({ seed, loadIndex }: GeneratorPlan): number {
  return hash32(seed, LOADS, loadIndex)
}

/** Connects; resolves when every connection is open, or the load's timeout has passed. */
export async function prepare(
  plan: GeneratorPlan,
  makeLink: MakeLink,
  stage: HashingStage | null = null,
  bearer: Bearer | null = null,
): Promise<Ready> {
  rehearseSettling()
  await rehearseTimers()
  const clock = systemClock
  const { load, phases } = plan
  const wanted = connectionsOf(plan)
  const measured = { fromMs: phases.warmupMs, untilMs: phases.warmupMs + phases.measureMs }
  const recorder = new Recorder(measured)
  const pinned = load.protocol === 'mllp'
  const feeds = pinned && load.connections > 1 ? new FeedRecorder(wanted, measured) : null
  const backlog = backlogOf(plan)
  bearer?.observe({
    refreshed: () => recorder.countUp('auth-refreshes'),
    failed: what => {
      recorder.countUp('auth-refresh-failures')
      recorder.tolerate(`no new access token: ${what}`)
    },
  })
  const fates = new Fates()
  const intended = plan.followed || plan.timed ? new MessageTimes() : null
  const timed = plan.timed ? { responses: new MessageTimes(), links: new MessageLinks() } : null
  const share = { index: plan.index, of: load.generators }
  const driver = new Driver({
    load,
    links: wanted,
    pinned,
    share,
    arrivals: arrivalsOf(plan),
    seed: seedOf(plan),
    phases,
    spinShare: plan.spinShare,
    clock,
    recorder,
    fates,
    ...(intended && { intended }),
    ...(timed && { timed }),
    ...(feeds && { feeds }),
    ...(backlog && { backlog }),
    stage,
  })
  const { links, opened } = await openLinks(wanted, makeLink, driver.events, load.timeoutMs, clock)
  return {
    connectionsWanted: wanted,
    connectionsOpened: opened,
    refusals: driver.refusals,
    stop: () => driver.stop(),
    async measure(onTick) {
      const watch = watchRun(plan, clock, () => driver.spunMs)
      const done = driver.run(links)
      const ticker = clock.every(plan.tickMs, () => onTick(recorder.tick(driver.now(), driver.outstanding)))
      await done
      const watched = watch.end()
      ticker.cancel()
      onTick(recorder.tick(driver.now(), driver.outstanding))
      recorder.checkConservation()
      feeds?.checkConservation()
      for (const link of links) link.close()
      stage?.close()
      bearer?.close()
      return resultOf(plan, recorder, driver, fates, watched, {
        hash: stage?.result() ?? null,
        timeline: intended && timelineOf(driver, intended, timed),
        feeds: feeds?.columns() ?? null,
        drain: backlog?.timeToDrain(driver.now()) ?? null,
        connectionsWanted: wanted,
        connectionsOpened: opened,
        bytesOut: links.reduce((sum, link) => sum + link.bytesOut, 0),
        bytesIn: links.reduce((sum, link) => sum + link.bytesIn, 0),
        handshakes: links.reduce((sum, link) => sum + link.handshakes, 0),
        resumed: links.reduce((sum, link) => sum + link.resumed, 0),
      })
    },
  }
}

function timelineOf(driver: Driver, intended: MessageTimes, timed: DriveOptions['timed'] | null): Timeline {
  const clock = readClock()
  const startMachineMs = performance.timeOrigin + driver.startMs + clock.toMachineMs
  return {
    startMachineMs,
    clock,
    intended: intended.encode(),
    ...(timed && { responses: timed.responses.encode(), links: timed.links.encode() }),
  }
}
