import type { Phases } from '../model/scenario.ts'
import { checkSchedule } from './checkWorkload.ts'
import { LONGEST_MS } from './duration.ts'
import type { Finding } from './finding.ts'
import type { Parts } from './parse.ts'
import { resolvePhases } from './resolvePhases.ts'
import { isFixedWork } from './resolveWorkload.ts'

export function checkPhases(parts: Parts): readonly Finding[] {
  const { phases } = parts
  const loads = parts.load.filter(load => load !== undefined)
  if (!phases || loads.length !== parts.load.length || loads.length === 0) return []
  const fixed = loads.filter(load => isFixedWork(load.workload))
  const findings: Finding[] = []
  if (fixed.length > 0 && (phases.warmupMs ?? 0) > 0) {
    findings.push({
      path: ['phases', 'warmupMs'],
      expected: '0 with fixed work (records, or a backlog alone): the whole duration is the measurement',
      found: phases.warmupMs,
      hint: 'remove warmupMs',
    })
  }
  if (fixed.length > 0 && fixed.length < loads.length && phases.measureMs === undefined) {
    const expected = 'a length, since only some loads have fixed work: the others run that long'
    findings.push({
      path: ['phases', 'measureMs'],
      expected,
      found: undefined,
      hint: "add phases: { measureMs: '30s' }",
    })
  } else {
    const resolved = resolvePhases(phases, loads)
    const { warmupMs, measureMs } = resolved
    findings.push(
      ...checkLength(resolved),
      ...parts.load.flatMap((load, index) =>
        checkSchedule(load!, ['load', index, 'workload'], { warmupMs, measureMs }),
      ),
    )
  }
  return findings
}

/** One timer ends a run. */
function checkLength({ warmupMs, measureMs, drainMs }: Phases): readonly Finding[] {
  const sumMs = warmupMs + measureMs + drainMs
  if (sumMs <= LONGEST_MS) return []
  return [
    {
      path: ['phases'],
      expected: `at most ${LONGEST_MS} ms (576h) for warm-up, measured phase and drain together`,
      found: sumMs,
      hint: 'shorten the longest of them, and make up for it by runs',
    },
  ]
}
