import { parse } from 'yaml'
import type { z } from 'zod'
import type { Finding } from './finding.ts'
import { type Path, valueAt, withValueAt } from './path.ts'
import { scenarioSchema } from './schema.ts'
import { findPath, schemasAt } from './schemaPath.ts'

/** A value from an environment variable or a flag, on its way to a path of the scenario. */
export interface Override {
  /** As a user writes it: `load.mllp.window`. */
  readonly path: string
  readonly value: unknown
  /** `env HL7BENCH_RUNS`, `flag --runs`. */
  readonly origin: string
}

export interface Overridden {
  readonly raw: unknown
  readonly applied: readonly { readonly path: Path; readonly origin: string }[]
  readonly findings: readonly (Finding & { readonly origin: string })[]
}

/** Lays overrides over what the file says, later ones over earlier ones. */
export function applyOverrides(source: unknown, overrides: readonly Override[]): Overridden {
  let raw = source
  const applied: { path: Path; origin: string }[] = []
  const findings: (Finding & { origin: string })[] = []
  for (const { path: text, value, origin } of overrides) {
    const found = findPath(scenarioSchema, raw, text)
    if ('problem' in found) {
      findings.push({
        path: [],
        expected: `the path of a setting (${found.problem})`,
        found: text,
        hint: found.hint,
        origin,
      })
    } else {
      raw = setValue(raw, found.path, typeof value === 'string' ? typedValue(found.path, value) : value)
      applied.push({ path: found.path, origin })
    }
  }
  return { raw, applied, findings }
}

const SYNONYMS: Readonly<Record<string, string>> = { connections: 'feeds', feeds: 'connections' }

/** Sets a value; `feeds` and `connections` take each other's place, an environment without a kind is `process`. */
export function setValue(raw: unknown, path: Path, value: unknown): unknown {
  const synonym = path[0] === 'load' && path.length === 3 ? SYNONYMS[path[2]!] : undefined
  const rival = synonym === undefined ? undefined : [...path.slice(0, 2), synonym]
  const cleared = rival && valueAt(raw, rival) !== undefined ? withValueAt(raw, rival, undefined) : raw
  const impliesKind = path[0] === 'environment' && path.length === 2 && valueAt(raw, ['environment']) === undefined
  return withValueAt(impliesKind ? withValueAt(cleared, ['environment', 'kind'], 'process') : cleared, path, value)
}

/** A text as YAML reads it (`8`, `true`, `[a, b]`), but left a text where only a text fits: HL7 version `2.5`. */
function typedValue(path: Path, text: string): unknown {
  const value = readYaml(text)
  if (value === null) return text === '' ? '' : null
  const schemas = schemasAt(scenarioSchema, path)
  const fits = (candidate: unknown) => schemas.some(schema => (schema as z.ZodType).safeParse(candidate).success)
  return !fits(value) && fits(text) ? text : value
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' })
  } catch {
    return text
  }
}
