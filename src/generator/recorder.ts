import { MOST_ACK_ERRORS, OTHER_ACK_ERRORS } from '../model/ackErrors.ts'
import type { CountName } from '../model/counts.ts'
import { OUTCOMES, type Outcome, type OutcomeCounts, TIMES, type Time } from '../model/exchange.ts'
import type { Tick } from '../model/generator.ts'
import { encode } from '../stats/histogram.ts'
import { TimeCounts } from './timeCounts.ts'

/** The measured phase, on the run's clock. */
export interface MeasuredPhase {
  readonly fromMs: number
  readonly untilMs: number
}

/** What is made ready so shortly after the measured phase is not late. */
const GRACE_MS = 50

type Counts = Record<Outcome, number>

/** Counts and times of one generator, constant in size whatever the number of exchanges. */
export class Recorder {
  readonly times: Readonly<Record<Time, TimeCounts>> = {
    response: new TimeCounts(),
    lag: new TimeCounts(),
    queue: new TimeCounts(),
    service: new TimeCounts(),
    commit: new TimeCounts(),
  }
  readonly measured: Counts = noCounts()
  readonly total: Counts = noCounts()
  readonly reasons = new Map<string, number>()
  readonly alarms = new Map<string, number>()
  readonly tolerated = new Map<string, number>()
  readonly ackErrors = new Map<string, number>()
  readonly counts: Partial<Record<CountName, number>> = {}
  readonly #phase: MeasuredPhase
  readonly #tickTimes = new TimeCounts()
  #tick = { arrivals: 0, accepted: 0, failed: 0 }
  arrivals = 0
  measuredArrivals = 0
  /** Arrivals of the measured phase that were made ready by its end. */
  readyInTime = 0
  unanswered = 0
  acceptedInPhase = 0
  resends = 0
  sends = 0
  lastDoneMs = 0

  constructor(phase: MeasuredPhase) {
    this.#phase = phase
  }

  isMeasured(intendedMs: number): boolean {
    return intendedMs >= this.#phase.fromMs && intendedMs < this.#phase.untilMs
  }

  arrived(intendedMs: number, readyMs: number): void {
    this.arrivals++
    this.#tick.arrivals++
    if (!this.isMeasured(intendedMs)) return
    this.measuredArrivals++
    if (readyMs <= this.#phase.untilMs + GRACE_MS) this.readyInTime++
    this.times.lag.record(readyMs - intendedMs)
  }

  /** An exchange that got its answer. */
  answered(
    outcome: 'accepted' | 'rejected',
    intendedMs: number,
    readyMs: number,
    sentMs: number,
    doneMs: number,
  ): void {
    this.#count(outcome, intendedMs)
    this.lastDoneMs = doneMs
    if (outcome === 'accepted' && doneMs >= this.#phase.fromMs && doneMs < this.#phase.untilMs) this.acceptedInPhase++
    this.#tickTimes.record(doneMs - intendedMs)
    if (!this.isMeasured(intendedMs)) return
    this.times.response.record(doneMs - intendedMs)
    this.times.queue.record(sentMs - readyMs)
    this.times.service.record(doneMs - sentMs)
  }

  /** The commit acknowledgement of an exchange whose application acknowledgement is still to come. */
  committed(intendedMs: number, sentMs: number, nowMs: number): void {
    if (this.isMeasured(intendedMs)) this.times.commit.record(nowMs - sentMs)
  }

  /** An arrival that ends without an answer of its own. */
  unansweredAs(outcome: 'mismatched' | 'unknown' | 'dropped' | 'unfinished', intendedMs: number): void {
    this.#count(outcome, intendedMs)
    if (this.isMeasured(intendedMs)) this.unanswered++
  }

  because(reason: string): void {
    countUp(this.reasons, reason)
  }

  alarm(name: string): void {
    countUp(this.alarms, name)
  }

  countUp(what: CountName, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times
  }

  tolerate(what: string): void {
    countUp(this.tolerated, what)
  }

  /** The bucket is bounded, whatever peers say: further kinds are counted as `other`. */
  explain(error: string): void {
    const isKept = this.ackErrors.has(error) || this.ackErrors.size < MOST_ACK_ERRORS
    countUp(this.ackErrors, isKept ? error : OTHER_ACK_ERRORS)
  }

  /** What happened since the last call. */
  tick(atMs: number, outstanding: number): Tick {
    const { fromMs, untilMs } = this.#phase
    const tick: Tick = {
      ...this.#tick,
      atMs,
      phase: atMs < fromMs ? 'warmup' : atMs < untilMs ? 'measure' : 'drain',
      outstanding,
      p50Ms: this.#tickTimes.quantileMs(500),
      p99Ms: this.#tickTimes.quantileMs(990),
    }
    this.#tick = { arrivals: 0, accepted: 0, failed: 0 }
    this.#tickTimes.reset()
    return tick
  }

  encodedHistograms(): Record<Time, string> {
    return Object.fromEntries(TIMES.map(time => [time, encode(this.times[time].toHistogram())])) as Record<Time, string>
  }

  /** @throws Error when an arrival is not accounted for: a defect of the generator, never of the target. */
  checkConservation(): void {
    const [all, measured] = [sum(this.total), sum(this.measured)]
    if (all === this.arrivals && measured === this.measuredArrivals) return
    throw new Error(
      `outcomes do not add up: ${all} of ${this.arrivals} arrivals (${measured} of ${this.measuredArrivals} measured); please report this as a defect of hl7bench`,
    )
  }

  #count(outcome: Outcome, intendedMs: number): void {
    this.total[outcome]++
    if (outcome === 'accepted') this.#tick.accepted++
    else this.#tick.failed++
    if (this.isMeasured(intendedMs)) this.measured[outcome]++
  }
}

function countUp(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function noCounts(): Counts {
  return Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])) as Counts
}

function sum(counts: OutcomeCounts): number {
  return OUTCOMES.reduce((total, outcome) => total + counts[outcome], 0)
}
