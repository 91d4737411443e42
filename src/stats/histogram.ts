import type { JsHistogram } from 'hdr-histogram-js'
// Not from the package's index, which loads a WebAssembly build and doubles the start-up time of every generator.
import { decompress, doDecode } from 'hdr-histogram-js/dist/JsHistogram.encoding.js'
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js'
import type { Quantile, Quantiles, QuantileValue } from '../model/exchange.ts'

/** HDR histogram of times in units of 100 ns, to three significant digits (a value is at most 0.1 % off). */
export type Histogram = JsHistogram

const UNITS_PER_MS = 10_000
const HIGHEST_UNITS = 3_600_000 * UNITS_PER_MS
const SIGNIFICANT_DIGITS = 3
const HistogramOf64BitCounts = constructorFromBucketSize(64)

/** Thousandths, so that ranks are integer arithmetic: 0.999 * 1000 is not 999 in binary. */
const THOUSANDTHS: Readonly<Record<Quantile, number>> = {
  p50: 500,
  p90: 900,
  p95: 950,
  p99: 990,
  'p99.9': 999,
  max: 1000,
}

export function createHistogram(): Histogram {
  return new HistogramOf64BitCounts(1, HIGHEST_UNITS, SIGNIFICANT_DIGITS)
}

/**
 * Records a time in ms, clamped to 0 .. 1 h.
 * @throws RangeError when `ms` is NaN.
 */
export function recordMs(histogram: Histogram, ms: number): void {
  if (Number.isNaN(ms)) throw new RangeError('a time to record is NaN; pass a number of milliseconds')
  const units = Math.round(ms * UNITS_PER_MS)
  histogram.recordValue(units > 0 ? Math.min(units, HIGHEST_UNITS) : 0)
}

/** Records a time in ms `count` times. */
export function recordTimes(histogram: Histogram, ms: number, count: number): void {
  if (count > 0) histogram.recordValueWithCount(Math.min(Math.round(ms * UNITS_PER_MS), HIGHEST_UNITS), count)
}

/** HdrHistogram V2, compressed, base64. */
export function encode(histogram: Histogram): string {
  // The library pads its base64 with the unused end of a buffer; the length in bytes 4 to 7 says where the data ends.
  const padded = Buffer.from(histogram.encodeIntoCompressedBase64(), 'base64')
  return padded.subarray(0, 8 + padded.readUInt32BE(4)).toString('base64')
}

/** @throws Error when `text` is not an HdrHistogram V2 in base64. */
export function decode(text: string): Histogram {
  return doDecode(decompress(new Uint8Array(Buffer.from(text, 'base64'))), 64)
}

/** Sum of histograms, lossless; none of them is changed. */
export function merge(histograms: readonly Histogram[]): Histogram {
  const sum = createHistogram()
  for (const histogram of histograms) sum.add(histogram)
  return sum
}

/** Mean in ms of what was recorded; null when nothing was. */
export function meanMs(histogram: Histogram): number | null {
  return histogram.totalCount === 0 ? null : histogram.mean / UNITS_PER_MS
}

/** What was recorded, ascending: each time in ms, to three digits, and how often. */
export function* recordedOf(histogram: Histogram): Generator<{ readonly ms: number; readonly count: number }> {
  const { recordedValuesIterator } = histogram
  recordedValuesIterator.reset()
  while (recordedValuesIterator.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = recordedValuesIterator.next()
    yield { ms: valueIteratedTo / UNITS_PER_MS, count: countAddedInThisIterationStep }
  }
}

/** The `rank`-th smallest recorded time (1 .. count), ms. */
export function valueAtRankMs(histogram: Histogram, rank: number): number {
  // Half a rank below the integer: the library rounds up, and its floating-point rank cannot slip to a neighbour.
  const units = histogram.getValueAtPercentile((100 * (rank - 0.5)) / histogram.totalCount)
  return Math.min(units, histogram.maxValue) / UNITS_PER_MS
}

/** The smallest recorded time that at least `thousandths` / 1000 of the recorded times do not exceed, ms; null when nothing was recorded. */
export function quantileMs(histogram: Histogram, thousandths: number): number | null {
  const count = histogram.totalCount
  return count === 0 ? null : valueAtRankMs(histogram, rankOf(thousandths, count))
}

/**
 * Quantiles over answered and unanswered arrivals together: the unanswered are slower than any answered one, and known only to
 * lie above `timeoutMs` and the slowest answer. Nothing answered and nothing unanswered: `ms` and `aboveMs` are both null.
 * @param unanswered arrivals without an answer, an integer >= 0
 * @param lag the generator's own lag over the same arrivals; null = nothing is marked
 * @param maxLagShare a figure is marked when lag at the same rank is more than this share of it, 0 to 1
 * @throws RangeError when `unanswered` is not a count.
 */
export function quantilesOf(
  answered: Histogram,
  unanswered: number,
  timeoutMs: number,
  lag: Histogram | null,
  maxLagShare: number,
): Quantiles {
  if (!Number.isSafeInteger(unanswered) || unanswered < 0)
    throw new RangeError(`unanswered is ${unanswered}; pass a whole number, 0 or more`)
  const total = answered.totalCount + unanswered
  // Bounds ascend with the quantiles: what was never answered was slower than all that was, be that later than the timeout.
  const aboveMs = Math.max(timeoutMs, answered.totalCount === 0 ? 0 : answered.maxValue / UNITS_PER_MS)
  const at = (quantile: Quantile): QuantileValue => {
    if (total === 0) return { ms: null, aboveMs: null, marked: false }
    const rank = rankOf(THOUSANDTHS[quantile], total)
    if (rank > answered.totalCount) return { ms: null, aboveMs, marked: lagAtMs(lag, rank) > maxLagShare * aboveMs }
    const ms = valueAtRankMs(answered, rank)
    return { ms, aboveMs: null, marked: lagAtMs(lag, rank) > maxLagShare * ms }
  }
  return { p50: at('p50'), p90: at('p90'), p95: at('p95'), p99: at('p99'), 'p99.9': at('p99.9'), max: at('max') }
}

function lagAtMs(lag: Histogram | null, rank: number): number {
  return lag === null || lag.totalCount === 0 ? 0 : valueAtRankMs(lag, Math.min(rank, lag.totalCount))
}

/** Smallest rank that holds at least `thousandths` / 1000 of `count` values. */
function rankOf(thousandths: number, count: number): number {
  return Math.max(1, Math.ceil((thousandths * count) / 1000))
}
