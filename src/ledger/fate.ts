import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { OUTCOMES, type Outcome } from '../model/exchange.ts'
import { RefusedEntries } from './refusedEntries.ts'

/** The fate of one planned message in one byte: outcome in the low bits (0 = never reached), times sent (up to 31) above. */
const OUTCOME_BITS = 3
const MOST_ATTEMPTS = 31

export interface Fate {
  /** null = planned, but the run ended before it was reached. */
  readonly outcome: Outcome | null
  /** Times that it was handed to a socket; 31 = 31 or more. */
  readonly attempts: number
}

/**
 * One byte of state for each message of a generator, by its position in the generator's share of the stream; besides, which entries of Bundles
 * were answered with a failure.
 */
export class Fates {
  #bytes = new Uint8Array(1024)
  readonly #refusedEntries = new RefusedEntries()
  #planned = 0

  get planned(): number {
    return this.#planned
  }

  /** Makes room for messages 0 .. count - 1. */
  plan(count: number): void {
    if (count <= this.#planned) return
    this.#planned = count
    if (count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(count, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }

  set(position: number, outcome: Outcome, attempts: number): void {
    this.plan(position + 1)
    this.#bytes[position] = (OUTCOMES.indexOf(outcome) + 1) | (Math.min(attempts, MOST_ATTEMPTS) << OUTCOME_BITS)
  }

  get(position: number): Fate {
    const byte = this.#bytes[position] ?? 0
    return { outcome: OUTCOMES[(byte & 7) - 1] ?? null, attempts: byte >> OUTCOME_BITS }
  }

  /** The message at `position` was answered entry by entry, and those at these places, from 0, with a failure. */
  refuseEntries(position: number, places: readonly number[]): void {
    this.#refusedEntries.add(position, places)
  }

  /** Places of the entries of the message at `position` that were answered with a failure; null = none was, or nobody said which. */
  refusedEntries(position: number): readonly number[] | null {
    return this.#refusedEntries.of(position)
  }

  /** Deflated, base64. */
  encode(): string {
    const states = this.#bytes.subarray(0, this.#planned)
    const whole = Buffer.concat([this.#refusedEntries.encode(), states])
    return deflateRawSync(whole).toString('base64')
  }

  static decode(text: string): Fates {
    const fates = new Fates()
    const whole = inflateRawSync(Buffer.from(text, 'base64'))
    fates.#bytes = new Uint8Array(whole.subarray(fates.#refusedEntries.decode(whole)))
    fates.#planned = fates.#bytes.length
    return fates
  }
}
