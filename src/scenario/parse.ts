import type { z } from 'zod'
import { closest } from './closest.ts'
import type { Finding } from './finding.ts'
import { findingsOf } from './issues.ts'
import type { ParsedLoad } from './loadSchema.ts'
import { type ParsedScenario, scenarioSchema } from './schema.ts'

/** A scenario parsed part by part: a part with complaints is absent, so that the others can still be checked against each other. */
export type Parts = Partial<Omit<ParsedScenario, 'load'>> & { readonly load: readonly (ParsedLoad | undefined)[] }

export interface Parsed {
  readonly parts: Parts
  readonly findings: readonly Finding[]
}

/** Checks the shape of everything, and fills in the defaults that depend on nothing else. */
export function parseParts(raw: unknown): Parsed {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return {
      parts: { load: [] },
      findings: [{ path: [], expected: 'an object with name, load and more', found: raw, hint: null }],
    }
  }
  const source = raw as Readonly<Record<string, unknown>>
  const findings: Finding[] = [...unknownKeys(source)]
  const parse = <T extends z.core.$ZodType>(schema: T, value: unknown, path: readonly (string | number)[]) => {
    const result = (schema as unknown as z.ZodType).safeParse(value, { reportInput: false })
    if (!result.success) findings.push(...findingsOf(result.error.issues, scenarioSchema, raw, path))
    return result.success ? result.data : undefined
  }
  const { load: loadList, ...others } = scenarioSchema.shape
  const parts = Object.fromEntries(
    Object.entries(others).map(([key, schema]) => [key, parse(schema, own(source, key), [key])]),
  )
  const list = own(source, 'load')
  const load =
    Array.isArray(list) && list.length > 0
      ? list.map((item, index) => parse(loadList.element, item, ['load', index]) as ParsedLoad | undefined)
      : []
  if (load.length === 0 || load.length > 36) parse(loadList, list, ['load'])
  return { parts: { ...(parts as Omit<Parts, 'load'>), load }, findings }
}

const own = (source: Readonly<Record<string, unknown>>, key: string) =>
  Object.hasOwn(source, key) ? source[key] : undefined

function unknownKeys(source: Readonly<Record<string, unknown>>): readonly Finding[] {
  const known = Object.keys(scenarioSchema.shape)
  return Object.keys(source)
    .filter(key => !known.includes(key))
    .map(key => {
      const near = closest(key, known)
      const hint = near ? `did you mean '${near}'?` : `the keys here are ${known.join(', ')}`
      return { path: [key], expected: 'no such key here', found: source[key], hint }
    })
}
