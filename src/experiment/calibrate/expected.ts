import { PAIRS_WANTED } from './agreement.ts'
import { WARMUP_MS } from './cases.ts'
import type { CalibrateOptions } from './perform.ts'

/** To start and end a target and a generator, and to drain; measured on two cores. */
const BESIDE_LOAD_MS = 900
/** Bounds that halve their distance from a factor of two; each rate is decided by two or three trials. */
const TRIALS_TO_BRACKET = 6
const TRIALS_OF_A_RATE = 2.5

/** How long a calibration takes where nothing disturbs it, ms. */
export function expectedMs({
  parts,
  runs,
  measureMs,
  widthRatio,
}: Pick<CalibrateOptions, 'parts' | 'runs' | 'measureMs' | 'widthRatio'>): number {
  const halvings = Math.ceil(Math.log2(Math.LN2 / Math.log1p(widthRatio)))
  const protocolRuns = runs + TRIALS_TO_BRACKET + halvings * TRIALS_OF_A_RATE
  const all = parts.reduce((sum, part) => sum + (part === 'agreement' ? 2 * PAIRS_WANTED : protocolRuns), 0)
  return all * (WARMUP_MS + measureMs + BESIDE_LOAD_MS)
}
