import type { OpenWorkload, Phases, RateStage } from '../model/scenario.ts'

/** A part of a run in which the rate of arrivals goes from one value to another in a straight line. */
export interface RatePiece {
  /** ms from the start of the run; infinite for the end of the last. */
  readonly fromMs: number
  readonly untilMs: number
  readonly fromPerSecond: number
  readonly toPerSecond: number
  /** Arrivals due before this piece: the integral of the rate up to it. */
  readonly countBefore: number
}

export type ShapedWorkload = Pick<
  OpenWorkload,
  'ratePerSecond' | 'stages' | 'repeat' | 'burst' | 'curve' | 'backlogPerFeed'
>

interface Stages {
  readonly stages?: readonly RateStage[] | undefined
  readonly repeat?: number | undefined
}

/** Sums of rates times durations are exact to about this share: a count so near to a boundary lies on it. */
const ROUNDING = 1e-9

/**
 * The rate of a load over a run, of each feed with `perFeed`. The warm-up has the first rate (none before a backlog); stages, bursts and curve begin with
 * the measured phase; after them the last rate is kept.
 */
export function rateProfile(workload: ShapedWorkload, phases: Pick<Phases, 'warmupMs' | 'measureMs'>): RatePiece[] {
  const { warmupMs, measureMs } = phases
  const base = workload.ratePerSecond
  const builder = new ProfileBuilder()
  const first = workload.curve ? base * workload.curve[0]! : base
  builder.hold(warmupMs, workload.backlogPerFeed === undefined ? first : 0)
  if (workload.stages) {
    builder.step(base)
    for (let round = 0; round < (workload.repeat ?? 1); round++)
      for (const stage of workload.stages) builder.ramp(stage.durationMs, stage.ratePerSecond)
  } else if (workload.burst) {
    const { factor, durationMs, everyMs } = workload.burst
    for (let atMs = 0; atMs < measureMs; atMs += everyMs) {
      builder.hold(everyMs - durationMs, base)
      builder.hold(durationMs, base * factor)
    }
    builder.step(base)
  } else if (workload.curve) {
    for (const multiple of workload.curve) builder.hold(measureMs / workload.curve.length, base * multiple)
  } else builder.step(base)
  return builder.end()
}

/** Length of the stages of a workload with all their repetitions, ms. */
export function stagesMs({ stages = [], repeat = 1 }: Stages): number {
  return repeat * stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
}

/** Arrivals due before `timeMs`, not rounded. */
export function countAt(pieces: readonly RatePiece[], timeMs: number): number {
  const piece = pieces.findLast(({ fromMs }) => fromMs <= timeMs) ?? pieces[0]!
  const { fromMs, untilMs, fromPerSecond, toPerSecond, countBefore } = piece
  const seconds = (timeMs - fromMs) / 1000
  if (fromPerSecond === toPerSecond) return countBefore + fromPerSecond * seconds
  const slope = ((toPerSecond - fromPerSecond) * 1000) / (untilMs - fromMs)
  return countBefore + fromPerSecond * seconds + (slope * seconds * seconds) / 2
}

/**
 * The piece in which the count of arrivals goes beyond `count`, sought from piece `from` on: counts are asked for in ascending order. What is due in a
 * pause comes at its end.
 */
export function pieceAt(pieces: readonly RatePiece[], from: number, count: number): number {
  let at = from
  const least = count + ROUNDING * Math.max(1, count)
  while (at + 1 < pieces.length && pieces[at + 1]!.countBefore <= least) at++
  return at
}

/** When the count of arrivals reaches `count` within a piece, ms from the start of the run; infinite where it never does. */
export function timeAt(piece: RatePiece, count: number): number {
  const { fromMs, untilMs, fromPerSecond, toPerSecond, countBefore } = piece
  const missing = Math.max(0, count - countBefore)
  if (fromPerSecond + toPerSecond === 0) return Number.POSITIVE_INFINITY
  if (missing === 0) return fromMs
  if (fromPerSecond === toPerSecond) return fromMs + (missing * 1000) / fromPerSecond
  // The root of from * t + slope * t^2 / 2 = missing in the form that loses no digits where the rates are nearly the same.
  const slope = ((toPerSecond - fromPerSecond) * 1000) / (untilMs - fromMs)
  const root = Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slope * missing))
  return Math.min(untilMs, fromMs + (2000 * missing) / (fromPerSecond + root))
}

class ProfileBuilder {
  readonly #pieces: RatePiece[] = []
  #atMs = 0
  #perSecond = 0
  #count = 0

  /** The rate changes at once. */
  step(perSecond: number): void {
    this.#perSecond = perSecond
  }

  hold(durationMs: number, perSecond: number): void {
    this.step(perSecond)
    this.ramp(durationMs, perSecond)
  }

  ramp(durationMs: number, perSecond: number): void {
    if (durationMs > 0) {
      const untilMs = this.#atMs + durationMs
      this.#add(untilMs, perSecond)
      this.#count += ((this.#perSecond + perSecond) / 2) * (durationMs / 1000)
      this.#atMs = untilMs
    }
    this.#perSecond = perSecond
  }

  end(): RatePiece[] {
    this.#add(Number.POSITIVE_INFINITY, this.#perSecond)
    return this.#pieces
  }

  #add(untilMs: number, toPerSecond: number): void {
    const [fromMs, fromPerSecond, countBefore] = [this.#atMs, this.#perSecond, this.#count]
    this.#pieces.push({ fromMs, untilMs, fromPerSecond, toPerSecond, countBefore })
  }
}
