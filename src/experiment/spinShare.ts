import { availableParallelism } from 'node:os'
import type { Load } from '../model/scenario.ts'

/** What a generator may spin where every core is wanted by somebody else. */
const SHARED_CORE_SHARE = 0.2

/**
 * How much of its time a generator may spend spinning for precision: all of it where each generator and the target of each load
 * can have a core of its own and one is left for the rest of the machine, a little where they share.
 */
export function spinShareOf(load: Load, loads: readonly Load[], cores = availableParallelism()): number {
  if (load.workload.kind === 'closed' || load.pacing === 'sleep') return 0
  if (load.pacing === 'spin') return 1
  const generators = loads.reduce((sum, each) => sum + each.generators, 0)
  const targets = new Set(loads.map(each => each.protocol)).size
  return cores > generators + targets ? 1 : SHARED_CORE_SHARE
}
