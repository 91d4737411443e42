import type { z } from 'zod'
import { closest } from './closest.ts'
import { LATER_ENVIRONMENTS } from './environmentSchema.ts'
import type { Finding } from './finding.ts'
import { type Path, valueAt } from './path.ts'
import { keysOf, schemasAt } from './schemaPath.ts'

type Issue = z.core.$ZodIssue

/** Turns what zod says about `raw` into findings; `base` = path of the part that was parsed. */
export function findingsOf(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  raw: unknown,
  base: Path,
): readonly Finding[] {
  return issues.flatMap(issue => findingsOfIssue(issue, schema, raw, [...base, ...issue.path.map(asStep)]))
}

const asStep = (step: PropertyKey) => (typeof step === 'number' ? step : String(step))

function findingsOfIssue(issue: Issue, schema: z.core.$ZodType, raw: unknown, path: Path): readonly Finding[] {
  const found = valueAt(raw, path)
  const finding = (expected: string, hint: string | null = null): readonly Finding[] => [
    { path, expected, found, hint },
  ]
  if (issue.message.startsWith('expected ')) return finding(issue.message.slice('expected '.length))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(key, schema, raw, path))
    case 'invalid_union':
      return issue.discriminator === undefined
        ? bestBranch(issue, schema, raw, path)
        : finding(oneOf(kindsAt(issue, schema, path)), hintForKind(issue, schema, path, found))
    case 'invalid_type':
      return finding(typeName(issue.expected))
    case 'invalid_value':
      return finding(oneOf(issue.values), suggestion(found, issue.values))
    case 'invalid_key':
      return invalidKey(issue, path)
    case 'too_small':
      return finding(sized(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum))
    case 'too_big':
      return finding(sized(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum))
    default:
      return finding(issue.message)
  }
}

function unknownKey(key: string, schema: z.core.$ZodType, raw: unknown, path: Path): Finding {
  const schemas = schemasAt(schema, path)
  const known = keysOf(schemas)
  const near = closest(key, known)
  const listed = known.length === 0 ? null : `the keys here are ${known.join(', ')}`
  const hint = near && near !== key ? `did you mean '${near}'?` : listed
  return {
    path: [...path, key],
    expected: 'no such key here',
    found: valueAt(raw, [...path, key]),
    hint: known.includes(key) ? kindsWith(key, schemas) : hint,
  }
}

/** Branches of a union are told apart by the key that all of them have, with values of their own. */
function kindsWith(key: string, schemas: readonly z.core.$ZodType[]): string {
  const values = (schema: z.core.$ZodType, name: string) => [...(schema._zod.propValues?.[name] ?? [])]
  const owners = schemas.filter(each => keysOf([each]).includes(key))
  const common = Object.keys(owners[0]?._zod.propValues ?? {}).filter(name =>
    schemas.every(each => values(each, name).length > 0),
  )
  const kinds = owners.flatMap(each =>
    common.flatMap(name =>
      values(each, name).flatMap(value => (value === undefined ? [] : [`${name}: '${String(value)}'`])),
    ),
  )
  return `it belongs to ${[...new Set(kinds)].join(' or ')}`
}

/** Of a union, the branch that the user most likely meant: the fewest complaints, then the nearest spelling. */
function bestBranch(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.core.$ZodType,
  raw: unknown,
  path: Path,
): readonly Finding[] {
  const branches = issue.errors
    .filter(
      errors => errors.length > 0 && errors.every(error => error.path.length > 0 || error.code === 'unrecognized_keys'),
    )
    .map(errors => ({ errors, cost: errors.length + misspelling(errors) }))
    .sort((a, b) => a.cost - b.cost)
  if (branches[0]) return findingsOf(branches[0].errors, schema, raw, path)
  const types = issue.errors.flatMap(errors =>
    errors.flatMap(error =>
      error.code === 'invalid_type'
        ? [typeName(error.expected)]
        : error.code === 'invalid_value'
          ? [oneOf(error.values)]
          : [],
    ),
  )
  return [
    {
      path,
      expected: [...new Set(types)].join(' or ') || 'another kind of value',
      found: valueAt(raw, path),
      hint: null,
    },
  ]
}

/** 0 (the same word) to below 1 (nothing alike): how far the unknown keys of a branch are from the ones it misses. */
function misspelling(errors: readonly Issue[]): number {
  const unknown = errors.flatMap(error => (error.code === 'unrecognized_keys' ? error.keys : []))
  const missing = errors.flatMap(error =>
    error.code === 'invalid_type' && error.path.length === 1 ? [String(error.path[0])] : [],
  )
  if (unknown.length === 0 || missing.length === 0) return 0
  return unknown.some(key => closest(key, missing) !== null) ? 0.1 : 0.9
}

function kindsAt(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.core.$ZodType,
  path: Path,
): readonly unknown[] {
  const key = issue.discriminator!
  const values = schemasAt(schema, path).flatMap(option => [...(option._zod.values ?? [])])
  const parent = schemasAt(schema, path.slice(0, -1)).flatMap(option => [...(option._zod.propValues?.[key] ?? [])])
  return [...new Set(values.length > 0 ? values : parent)]
}

function hintForKind(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.core.$ZodType,
  path: Path,
  found: unknown,
): string | null {
  if (path[0] === 'environment' && LATER_ENVIRONMENTS.includes(found))
    return `'${found}' is not in this version: use 'process', 'netns' or 'attached'`
  return suggestion(found, kindsAt(issue, schema, path))
}

function invalidKey(issue: Extract<Issue, { code: 'invalid_key' }>, path: Path): readonly Finding[] {
  const key = String(path.at(-1))
  const [cause] = issue.issues
  const values = cause?.code === 'invalid_value' ? cause.values : null
  const expected = values
    ? `a key that is ${oneOf(values)}`
    : (cause?.message ?? 'another key').replace(/^expected /, '')
  return [{ path, expected, found: key, hint: values && suggestion(key, values) }]
}

function suggestion(found: unknown, values: readonly unknown[]): string | null {
  const near = typeof found === 'string' ? closest(found, values.map(String)) : null
  return near === null ? null : `did you mean '${near}'?`
}

const oneOf = (values: readonly unknown[]) =>
  values.length === 1 ? `'${values[0]}'` : `one of ${values.map(value => `'${value}'`).join(', ')}`

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const typeName = (type: string) => TYPE_NAMES[type] ?? type

function sized(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'array') return `a list of ${bound} ${size}`
  if (origin === 'string') return `text of ${bound} ${size} characters`
  return `a number of ${bound} ${size}`
}
