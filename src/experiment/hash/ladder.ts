import type { HashTask } from '../../generator/hash/timing.ts'
import type { Hasher } from './hasher.ts'

/** Never fewer iterations: NIST SP 800-132 and CMS Blue Button. */
export const FLOOR = 1_000
const RUNGS = 7
/** The answer for ten times the machines is to lie on the ladder too. */
const REACH = 12
const PROBE_MS = 250

/** What the hashing may cost. */
export interface Demand {
  readonly records: number
  readonly budgetSeconds: number
  readonly cores: number
}

/** Thread-seconds that one hash may take. */
export const allowedSeconds = ({ records, budgetSeconds, cores }: Demand, machines = 1): number =>
  (budgetSeconds * cores * machines) / records

/** Rungs of iteration counts from the floor to beyond what a quick probe says that ten times the machines can bear. */
export async function planLadder(hasher: Hasher, demand: Demand): Promise<readonly number[]> {
  const probe = (iterations: number) => hasher.time({ iterations, threads: hasher.cores, leastMs: PROBE_MS })
  const [low, high] = [await probe(FLOOR), await probe(10 * FLOOR)]
  const perIteration = (high.secondsPerHash - low.secondsPerHash) / (9 * FLOOR)
  const most = Math.max(10 * FLOOR, (REACH * allowedSeconds(demand)) / perIteration)
  return rungsTo(most)
}

/** Equal steps on a logarithmic scale, to two digits. */
export function rungsTo(most: number): readonly number[] {
  const step = (most / FLOOR) ** (1 / (RUNGS - 1))
  const rungs = Array.from({ length: RUNGS }, (_, rung) => roundUp(FLOOR * step ** rung))
  return [...new Set(rungs)]
}

function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / unit - 1e-9) * unit
}

/** A run of one rung: long enough for several hashes on every thread. */
export function taskOf(iterations: number, threads: number, runMs: number): HashTask {
  return { iterations, threads, leastMs: runMs }
}
