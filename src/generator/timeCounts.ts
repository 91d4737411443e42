import { createHistogram, type Histogram } from '../stats/histogram.ts'

/*
 * The bucket layout of HdrHistogram with three significant digits: exact up to 2,047 units, then 1,024 buckets for each power of two.
 * Counting here and handing the counts over at the end is several times cheaper than recording into the histogram itself.
 */
const UNITS_PER_MS = 10_000
const HIGHEST_UNITS = 3_600_000 * UNITS_PER_MS
const EXACT_BITS = 11
const HALF_BITS = EXACT_BITS - 1
const BUCKETS = 28 << HALF_BITS
const INT_LIMIT = 2 ** 31

/** Counts of times, in the buckets of the histogram that they become. */
export class TimeCounts {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #maxUnits = 0

  get count(): number {
    return this.#count
  }

  /** Records a time in ms, clamped to 0 .. 1 h. */
  record(ms: number): void {
    const exact = ms * UNITS_PER_MS + 0.5
    const units = exact < 1 ? 0 : exact < INT_LIMIT ? exact | 0 : Math.min(Math.floor(exact), HIGHEST_UNITS)
    if (units > this.#maxUnits) this.#maxUnits = units
    this.#counts[bucketOf(units)]!++
    this.#count++
  }

  /** The histogram of what was recorded, its maximum exact. */
  toHistogram(): Histogram {
    const histogram = createHistogram()
    const last = bucketOf(this.#maxUnits)
    for (let bucket = 0; bucket <= last; bucket++) {
      const count = this.#counts[bucket]! - (bucket === last && this.#count > 0 ? 1 : 0)
      if (count > 0) histogram.recordValueWithCount(lowestOf(bucket), count)
    }
    if (this.#count > 0) histogram.recordValue(this.#maxUnits)
    return histogram
  }

  /** The smallest time, to three digits, that at least `thousandths` / 1000 of the recorded ones do not exceed, ms; null when there are none. */
  quantileMs(thousandths: number): number | null {
    if (this.#count === 0) return null
    let left = Math.max(1, Math.ceil((thousandths * this.#count) / 1000))
    let bucket = -1
    while (left > 0) left -= this.#counts[++bucket]!
    return Math.min(lowestOf(bucket + 1) - 1, this.#maxUnits) / UNITS_PER_MS
  }

  reset(): void {
    this.#counts.fill(0, 0, bucketOf(this.#maxUnits) + 1)
    this.#count = 0
    this.#maxUnits = 0
  }
}

function bucketOf(units: number): number {
  if (units < INT_LIMIT) {
    const shift = 31 - Math.clz32(units | ((1 << EXACT_BITS) - 1)) - HALF_BITS
    return (shift << HALF_BITS) + (units >>> shift)
  }
  const shift = Math.floor(Math.log2(units)) - HALF_BITS
  return (shift << HALF_BITS) + Math.floor(units / 2 ** shift)
}

/** Smallest number of units in a bucket. */
function lowestOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> HALF_BITS) - 1)
  return (bucket - (shift << HALF_BITS)) * 2 ** shift
}
