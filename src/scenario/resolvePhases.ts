import type { Phases } from '../model/scenario.ts'
import { stagesMs } from '../workload/rateProfile.ts'
import type { ParsedLoad } from './loadSchema.ts'
import { isFixedWork } from './resolveWorkload.ts'
import type { ParsedScenario } from './schema.ts'

/**
 * Fixed work has no warm-up and up to 10 minutes; stages run as long as the longest of them; everything else 5 s and 30 s. The drain is as long as the longest timeout, so that
 * a slow answer is given the time that its load allows it; it ends as soon as nothing is outstanding.
 */
export function resolvePhases(phases: ParsedScenario['phases'], loads: readonly ParsedLoad[]): Phases {
  const fixedWork = loads.some(load => isFixedWork(load.workload))
  const stages = Math.max(...loads.map(({ workload }) => (workload.kind === 'open' ? stagesMs(workload) : 0)))
  return {
    warmupMs: phases.warmupMs ?? (fixedWork ? 0 : 5_000),
    measureMs: phases.measureMs ?? (stages > 0 ? Math.ceil(stages) : fixedWork ? 600_000 : 30_000),
    drainMs: phases.drainMs ?? Math.max(...loads.map(load => load.timeoutMs)),
  }
}
