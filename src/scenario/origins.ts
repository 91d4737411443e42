import type { Scenario } from '../model/scenario.ts'
import { type Path, pathText, startsWith, valueAt } from './path.ts'

/** Where each value of a scenario came from, by its path: `default`, `file`, `env NAME`, `flag --x`. */
export type Origins = ReadonlyMap<string, string>

interface Applied {
  readonly path: Path
  readonly origin: string
}

/** Parts that are reshaped on the way from what a user writes: they have one origin as a whole. */
const WHOLE: readonly (readonly (string | null)[])[] = [
  ['slo'],
  ['allowHosts'],
  ['load', null, 'operations'],
  ['load', null, 'assumed'],
  ['load', null, 'workload', 'curve'],
  ['load', null, 'messages', 'mix'],
  ['load', null, 'messages', 'sizes'],
  ['load', null, 'messages', 'files'],
]

/** `source` = what the file said; `applied` = what the environment and flags laid over it; `given` = word for the file. */
export function originsOf(scenario: Scenario, source: unknown, applied: readonly Applied[], given: string): Origins {
  const { file: _, ...settings } = scenario
  return new Map(leavesOf(settings, []).map(path => [pathText(path), originOf(path, source, applied, given)]))
}

function leavesOf(value: unknown, path: Path): readonly Path[] {
  const whole = WHOLE.some(
    pattern => pattern.length === path.length && pattern.every((step, index) => step === null || step === path[index]),
  )
  if (whole || value === null || typeof value !== 'object') return [path]
  return Array.isArray(value)
    ? value.flatMap((item, index) => leavesOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
}

function originOf(path: Path, source: unknown, applied: readonly Applied[], given: string): string {
  const paths = [path, synonymOf(path)]
  const last = applied.findLast(override =>
    paths.some(known => startsWith(known, override.path) || startsWith(override.path, known)),
  )
  if (last) return last.origin
  return paths.some(known => isGiven(known, source)) ? given : 'default'
}

/** Whether the file says the value: itself, or a shorter form that stands for all below it (a URL, a function). */
function isGiven(path: Path, source: unknown): boolean {
  return path.some((_, depth) => {
    const value = valueAt(source, path.slice(0, depth + 1))
    return value !== undefined && (depth === path.length - 1 || value === null || typeof value !== 'object')
  })
}

function synonymOf(path: Path): Path {
  return path[0] === 'load' && path.length === 3 && path[2] === 'connections' ? [...path.slice(0, 2), 'feeds'] : path
}
