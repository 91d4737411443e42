import type { Finding } from './finding.ts'
import type { ParsedLoad } from './loadSchema.ts'
import type { Parts } from './parse.ts'
import { resolvePhases } from './resolvePhases.ts'

export function checkPhases(parts: Parts): readonly Finding[] {
  const { phases } = parts
  const loads = parts.load.filter(load => load !== undefined)
  if (!phases || loads.length !== parts.load.length || loads.length === 0) return []
  const fixed = loads.filter(load => load.workload.records !== null)
  const findings: Finding[] = []
  if (fixed.length > 0 && (phases.warmupMs ?? 0) > 0) {
    findings.push({
      path: ['phases', 'warmupMs'],
      expected: '0 with fixed work (records): the whole duration is the measurement',
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
    const { measureMs } = resolvePhases(phases, loads)
    findings.push(...parts.load.flatMap((load, index) => checkRate(load!, index, measureMs)))
  }
  return findings
}

/** An open schedule has to bring at least one arrival, and all of its records, within the measured phase. */
function checkRate(load: ParsedLoad, index: number, measureMs: number): readonly Finding[] {
  const { workload } = load
  if (workload.kind !== 'open') return []
  const arrivals = (workload.ratePerSecond * measureMs) / 1_000
  const path = ['load', index, 'workload', 'ratePerSecond']
  if (arrivals < 1)
    return [
      {
        path,
        expected: `at least one arrival in the measured phase of ${measureMs} ms`,
        found: workload.ratePerSecond,
        hint: 'raise the rate or phases.measureMs',
      },
    ]
  if (workload.records === null || workload.records <= arrivals) return []
  const neededMs = Math.ceil((workload.records / workload.ratePerSecond) * 1_000)
  return [
    {
      path: ['load', index, 'workload', 'records'],
      expected: `at most ${Math.floor(arrivals)}: what arrives within phases.measureMs (${measureMs} ms)`,
      found: workload.records,
      hint: `set phases.measureMs to at least ${neededMs}`,
    },
  ]
}
