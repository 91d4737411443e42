import type { Finding } from './finding.ts'
import type { Path } from './path.ts'
import type { ParsedOpenWorkload } from './workloadSchema.ts'

/** Changes of rate that a schedule may have: every generator keeps them all in memory. A burst each second of a day is within them. */
const MOST_BURSTS = 100_000
const MOST_STAGES = 200_000

/** A schedule of millions of short bursts or stages took minutes and gigabytes before it sent anything. */
export function checkPieces(workload: ParsedOpenWorkload, path: Path, measureMs: number): readonly Finding[] {
  const { burst, stages = [], repeat = 1 } = workload
  const bursts = burst === undefined ? 0 : Math.ceil(measureMs / burst.everyMs)
  if (bursts > MOST_BURSTS)
    return [
      {
        path: [...path, 'burst', 'everyMs'],
        expected: `at most 100,000 bursts in the measured phase of ${measureMs} ms, not ${bursts}`,
        found: burst!.everyMs,
        hint: `raise it to at least ${Math.ceil(measureMs / MOST_BURSTS)}, or lower phases.measureMs`,
      },
    ]
  if (stages.length * repeat > MOST_STAGES)
    return [
      {
        path: [...path, 'repeat'],
        expected: `at most 200,000 stages with their repetitions, not ${stages.length * repeat}`,
        found: repeat,
        hint: `lower it to at most ${Math.floor(MOST_STAGES / stages.length)}, or use fewer and longer stages`,
      },
    ]
  return []
}
