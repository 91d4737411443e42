import type { MessageStream } from '../model/stream.ts'
import { createBytes } from '../workload/bytes.ts'
import { FeedRecorder } from './feedRecorder.ts'
import { Recorder } from './recorder.ts'

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

/** Exchanges that are recorded for nobody: what is called so often is compiled for good. */
const EXCHANGES = 24 * MESSAGES
const FEEDS = 16

/**
 * Records exchanges that nobody made, within and outside of a measured phase. What was compiled during warm-up alone has never seen a measured
 * exchange, and would be thrown away and compiled anew, on the generator's core, when the first one comes.
 */
export function rehearseRecording(): void {
  const phase = { fromMs: MESSAGES, untilMs: EXCHANGES - MESSAGES }
  const recorder = new Recorder(phase)
  const feeds = new FeedRecorder(FEEDS, phase)
  const untilMs = performance.now() + LONGEST_MS
  for (let index = 0; index < EXCHANGES && performance.now() < untilMs; index++) {
    const outcome = index % 64 === 0 ? 'rejected' : 'accepted'
    const feed = index % FEEDS
    // Times of a run are hardly ever whole, and whole ones are compiled apart.
    const intendedMs = index + 0.25
    const doneMs = intendedMs + 0.1 + (index % 100) / 10
    recorder.arrived(intendedMs, intendedMs + 0.01)
    recorder.answered(outcome, intendedMs, intendedMs + 0.01, intendedMs + 0.02, doneMs)
    feeds.arrived(feed, intendedMs)
    feeds.answered(feed, outcome, intendedMs, doneMs)
  }
}
