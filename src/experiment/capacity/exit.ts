import type { RunResult } from '../../model/result.ts'
import { counted, EXIT, type Exit } from '../exit.ts'
import { BEFORE_LOAD } from '../perform.ts'

/** What a search came to, as far as the exit code goes. */
export interface CapacityOutcome {
  readonly cases: readonly {
    readonly id: string
    readonly kind: 'found' | 'at least' | 'generator-bound' | 'below' | 'none'
    /** What is shown of the capacity / planned peak; null where one is not known. */
    readonly headroomShown: number | null
    /** Clones that tell it; null where no peak is planned. */
    readonly peakClones: { readonly counted: number } | null
    /** SLOs that have no figure at the answer, with why. */
    readonly unmeasured: readonly string[]
  }[]
  /** Clones that were asked for. */
  readonly clones: number
  readonly results: readonly RunResult[]
  readonly interrupted: boolean
  /** Ids of cases that are there for others to be set against. */
  readonly references: ReadonlySet<string>
  readonly leaks: readonly string[]
}

export function exitOfCapacity(outcome: CapacityOutcome): Exit {
  const { cases, clones, results, interrupted, references, leaks } = outcome
  const exit = (code: number, reason: string): Exit => ({ code, reason })
  if (interrupted) return exit(EXIT.interrupted, 'interrupted; what had finished is kept')
  const failed = results.filter(result => result.state === 'failed')
  if (failed.length > 0 && failed.length === results.length && failed.every(({ stage }) => BEFORE_LOAD.has(stage)))
    return exit(EXIT.provisionFailed, `nothing could be loaded: ${failed[0]!.error.split('\n')[0]}`)
  const open = cases.filter(({ kind }) => kind === 'none')
  if (open.length > 0)
    return exit(EXIT.noValidResult, `no search came to its end: ${open.map(({ id }) => id).join(', ')}`)
  const judged = cases.filter(({ id }) => !references.has(id))
  const below = judged.filter(({ kind }) => kind === 'below')
  if (below.length > 0)
    return exit(EXIT.sloMissed, `the least load was not kept up with: ${below.map(({ id }) => id).join(', ')}`)
  const short = judged.filter(({ headroomShown }) => headroomShown !== null && headroomShown < 1)
  if (short.length > 0)
    return exit(EXIT.sloMissed, `not shown to carry the planned peak: ${short.map(({ id }) => id).join(', ')}`)
  const missing = judged.filter(({ peakClones }) => peakClones !== null && peakClones.counted < clones)
  if (missing.length > 0) {
    const told = missing.map(
      ({ id, peakClones }) => `${clones - peakClones!.counted} of ${counted(clones, 'clone')} of ${id}`,
    )
    return exit(EXIT.noValidResult, `the planned peak is not shown yet, a search is missing on ${told.join(', ')}`)
  }
  const unmeasured = new Set(judged.flatMap(each => each.unmeasured))
  if (unmeasured.size > 0) return exit(EXIT.sloMissed, `not measured: ${[...unmeasured].join(', ')}`)
  if (failed.some(({ stage }) => stage === 'cleanup')) return exit(EXIT.teardownFailed, 'a cleanup failed')
  if (leaks.length > 0) return exit(EXIT.leaked, `${counted(leaks.length, 'resource')} could not be removed`)
  return exit(EXIT.ok, 'searched')
}
