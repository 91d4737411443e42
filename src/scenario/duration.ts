import { z } from 'zod'

/** Longest duration, ms: 24 days. A Node timer takes 24.8 (2^31 - 1 ms) and fires at once beyond them: the rest is for what is added to a duration. */
export const LONGEST_MS = 576 * 3_600_000

const MS_PER_UNIT: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|m|h)\s*$/

/** `'250ms'`, `'30s'`, `'2m'`, `'1.5h'` in ms; null for anything else. A number is taken as ms. */
export function durationMs(value: number | string): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  const match = DURATION.exec(value)
  return match ? Number(match[1]) * MS_PER_UNIT[match[2]!]! : null
}

/** A duration as a user writes it, from `leastMs` to {@link LONGEST_MS}; parsed into ms. */
export function durationSchema(leastMs: number) {
  const error = `expected a duration of ${leastMs} ms to 576h: a number of ms, or text such as '250ms', '30s', '2m'`
  return z
    .union([z.number(), z.string().regex(DURATION, { error })], { error })
    .transform(value => durationMs(value)!)
    .refine(ms => ms >= leastMs && ms <= LONGEST_MS, { error })
}
