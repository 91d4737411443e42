import type { FailedRun } from '../experiment.ts'
import { firstLine, kindOf } from '../failure.ts'
import { plural } from '../format.ts'
import type { CaseComparison } from './comparison.ts'

/** `20 of 20 runs of the candidate failed: the SUT (..) ended with exit code 3`, a text for each arm that had such runs. */
export function failureTexts(cases: readonly CaseComparison[]): readonly string[] {
  return (['baseline', 'candidate'] as const).flatMap(arm => {
    const validities = cases.map(each => each[arm].validity)
    const failed = validities.flatMap(validity => validity.failed)
    const runs = validities.reduce((sum, { valid, invalid }) => sum + valid + invalid.length, failed.length)
    return failed.length === 0
      ? []
      : [`${failed.length} of ${plural(runs, 'run')} of the ${arm} failed: ${why(failed)}`]
  })
}

/** The most frequent reason; those that differ in their figures alone are one. */
function why(failed: readonly FailedRun[]): string {
  const kinds = Map.groupBy(failed, ({ error }) => kindOf(firstLine(error)))
  const [most] = [...kinds.values()].toSorted((a, b) => b.length - a.length)
  return `${firstLine(most![0]!.error)}${kinds.size > 1 ? ', among other reasons' : ''}`
}
