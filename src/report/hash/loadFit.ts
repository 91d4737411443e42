import type { Case } from '../../model/experiment.ts'
import type { RunResult } from '../../model/result.ts'
import { describe } from '../../stats/describe.ts'
import { answerHash, type HashAnswer, type HashDemand } from './answer.ts'

/** Load time of a fixed-work load against the iterations of its hashing stage. */
export interface LoadFit {
  readonly title: string
  readonly rungs: readonly LoadRung[]
  /** null = too few runs or rungs. */
  readonly answer: HashAnswer | null
}

export interface LoadRung {
  readonly iterations: number
  readonly n: number
  /** Median over the runs: time of the load / records. */
  readonly secondsPerRecord: number
  /** Median share of the hashing threads' time that was spent hashing, 0 to 1. */
  readonly hashShare: number
}

interface Reading {
  readonly iterations: number
  readonly seconds: number
  readonly share: number
}

/** From the valid runs of cases that hash; null when no load does, or all hash alike. */
export function fitLoad(
  cases: readonly Case[],
  results: readonly RunResult[],
  demand: HashDemand | null,
): LoadFit | null {
  const readings = results.flatMap((result): Reading[] => {
    if (result.state !== 'valid') return []
    return result.loads.flatMap(({ hash, measuredMs }) =>
      hash === null
        ? []
        : [
            {
              iterations: hash.iterations,
              seconds: measuredMs / 1000 / hash.records,
              share: hash.threadMs / (hash.threads * measuredMs),
            },
          ],
    )
  })
  const byIterations = Map.groupBy(readings, ({ iterations }) => iterations)
  if (byIterations.size < 2) return null
  const nothing = { records: 1, budgetSeconds: Number.MAX_VALUE, cores: 1 }
  return {
    title: cases[0]?.scenario.name ?? '',
    rungs: [...byIterations]
      .toSorted(([a], [b]) => a - b)
      .map(([iterations, each]) => ({
        iterations,
        n: each.length,
        secondsPerRecord: describe(each.map(({ seconds }) => seconds)).median,
        hashShare: describe(each.map(({ share }) => share)).median,
      })),
    // One client is one load: its cores are in its time already.
    answer: answerHash(readings, demand === null ? nothing : { ...demand, cores: 1 }),
  }
}
