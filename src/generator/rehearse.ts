import { setTimeout as sleep } from 'node:timers/promises'
import { Fates } from '../ledger/fate.ts'
import type { MessageStream } from '../model/stream.ts'
import { createHistogram, recordMs } from '../stats/histogram.ts'
import { createBytes } from '../workload/bytes.ts'
import { FeedRecorder } from './feedRecorder.ts'
import { AT_SEND, Outstanding } from './outstanding.ts'
import { Recorder } from './recorder.ts'
import { Settler } from './settle.ts'

const MESSAGES = 4096
const LONGEST_MS = 150

/**
 * Makes the first messages of a stream for nobody, 4096 of them or as many as 150 ms allow. What a stream makes once and keeps, and what
 * the runtime compiles, is then there before load begins: the first messages of a run are not later than its others by our own doing.
 * For streams without effects, whose message is a function of its index alone.
 */
export function rehearse(stream: MessageStream): void {
  const out = createBytes()
  const untilMs = performance.now() + LONGEST_MS
  for (let index = 0; index < MESSAGES && performance.now() < untilMs; index++) {
    out.length = 0
    stream.render(index, out)
  }
}

/** Exchanges that are settled for nobody: what is called so often is compiled for good. */
const EXCHANGES = 24 * MESSAGES
const FEEDS = 16
const EXCHANGES_OF_A_TICK = 256

/**
 * Settles exchanges that nobody made, within and outside of a measured phase. What was compiled during warm-up alone has never seen a measured
 * exchange, and would be thrown away and compiled anew, on the generator's core, when the first one comes.
 * @throws Error when one has no outcome: a defect of the generator
 */
export function rehearseSettling(): void {
  const phase = { fromMs: MESSAGES, untilMs: EXCHANGES - MESSAGES }
  const recorder = new Recorder(phase)
  const feeds = new FeedRecorder(FEEDS, phase)
  const outstanding = new Outstanding(FEEDS, FEEDS)
  const share = { index: 0, of: 1 }
  const settler = new Settler({ recorder, feeds, share, fates: new Fates(), pinned: true, stage: null }, outstanding)
  const untilMs = performance.now() + LONGEST_MS
  for (let index = 0; index < EXCHANGES && performance.now() < untilMs; index++) {
    const feed = index % FEEDS
    // Times of a run are hardly ever whole, and whole ones are compiled apart.
    const intendedMs = index + 0.25
    const doneMs = intendedMs + 0.1 + (index % 100) / 10
    // Some wait for a slot, most are ready when they are sent.
    const readyMs = intendedMs + 0.01
    const entry = outstanding.take(index, intendedMs, AT_SEND, feed)
    outstanding.readyMs[entry] = readyMs
    settler.begin(index, intendedMs, readyMs, feed)
    settler.goesBy(entry, feed)
    outstanding.sentMs[entry] = index % 4 === 0 ? readyMs + 0.01 : readyMs
    settler.answered(entry, index % 64 === 0 ? 'rejected' : 'accepted', doneMs)
    if (index % EXCHANGES_OF_A_TICK === 0) recorder.tick(doneMs, 0)
  }
  recorder.checkConservation()
  // What the watch of pauses records into.
  const pauses = createHistogram()
  for (let pause = 0; pause < MESSAGES; pause++) recordMs(pauses, pause / 10)
}

const TIMERS_AT_ONCE = 64
const ROUNDS = 256
const LATER_MS = 10_000

/**
 * Sets timers and clears them, and has some ring. A run has few, some hundred a second, so that the runtime would find them worth compiling two
 * or three seconds after load began.
 */
export async function rehearseTimers(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const timers = Array.from({ length: TIMERS_AT_ONCE }, (_, i) => setTimeout(() => {}, LATER_MS + i))
    for (const timer of timers) clearTimeout(timer)
  }
  await Promise.all(Array.from({ length: TIMERS_AT_ONCE }, (_, i) => sleep(1 + (i % 4))))
}
