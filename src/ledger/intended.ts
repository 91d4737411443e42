import { deflateRawSync, inflateRawSync } from 'node:zlib'

const UNITS_PER_MS = 1_000

/** When each message of a generator was meant to be sent, ms from the start of the run, by its position in the generator's share. */
export class IntendedTimes {
  #times = new Float64Array(1024).fill(Number.NaN)
  #count = 0

  /** One more than the last position. */
  get count(): number {
    return this.#count
  }

  set(position: number, intendedMs: number): void {
    if (position >= this.#times.length) {
      const larger = new Float64Array(Math.max(position + 1, this.#times.length * 2)).fill(Number.NaN)
      larger.set(this.#times)
      this.#times = larger
    }
    this.#times[position] = intendedMs
    this.#count = Math.max(this.#count, position + 1)
  }

  /** NaN = it was never made ready. */
  get(position: number): number {
    return this.#times[position] ?? Number.NaN
  }

  /** Deflated differences in microseconds, base64: neighbours in a stream lie close together. */
  encode(): string {
    const steps = new Float64Array(this.#count)
    let before = 0
    for (let i = 0; i < this.#count; i++) {
      const units = Math.round(this.#times[i]! * UNITS_PER_MS)
      steps[i] = units - before
      if (!Number.isNaN(units)) before = units
    }
    return deflateRawSync(new Uint8Array(steps.buffer)).toString('base64')
  }

  static decode(text: string): IntendedTimes {
    const bytes = new Uint8Array(inflateRawSync(Buffer.from(text, 'base64')))
    const steps = new Float64Array(bytes.buffer)
    const times = new IntendedTimes()
    let units = 0
    steps.forEach((step, position) => {
      if (Number.isNaN(step)) return
      units += step
      times.set(position, units / UNITS_PER_MS)
    })
    return times
  }
}
