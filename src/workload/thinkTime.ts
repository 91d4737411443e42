import type { Workload } from '../model/scenario.ts'
import { uniform } from './random.ts'

const THINK = 0x74686e6b

/** Pause after the exchange of message `index` has ended, ms. */
export type ThinkTime = (index: number) => number

/** Think time of a closed workload; null = there is none. Exponential ones are drawn by inversion, each from the index of its message. */
export function thinkTimeOf(workload: Workload, seed: number): ThinkTime | null {
  if (workload.kind === 'open' || workload.thinkMs === 0) return null
  const { thinkMs, think } = workload
  return think === 'exponential' ? index => -Math.log(1 - uniform(seed, THINK, index)) * thinkMs : () => thinkMs
}
