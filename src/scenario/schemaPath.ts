import type { z } from 'zod'
import { closest } from './closest.ts'
import { type Path, valueAt } from './path.ts'

interface Shape {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly element?: z.core.$ZodType
  readonly keyType?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
}

const shapeOf = (schema: z.core.$ZodType) => schema._zod.def as Shape

/** The schemas that a value may have, with optional, default, transform and union taken off. */
export function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { options, innerType, in: before } = shapeOf(schema)
  if (options) return options.flatMap(alternatives)
  const inner = innerType ?? before
  return inner ? alternatives(inner) : [schema]
}

/** Every key that an object at this place may have, those of a record whose keys are an enumeration too; none where keys are free. */
export function keysOf(schemas: readonly z.core.$ZodType[]): readonly string[] {
  return [
    ...new Set(
      schemas.flatMap(schema => {
        const { shape = {}, keyType } = shapeOf(schema)
        return [...Object.keys(shape), ...[...(keyType?._zod.values ?? [])].map(String)]
      }),
    ),
  ]
}

/** Schemas of the value behind one step, empty when there is no such place. */
function behind(schemas: readonly z.core.$ZodType[], step: string | number): readonly z.core.$ZodType[] {
  return schemas.flatMap(schema => {
    const { shape, element, valueType, type } = shapeOf(schema)
    const next =
      type === 'array'
        ? typeof step === 'number'
          ? element
          : undefined
        : shape
          ? Object.hasOwn(shape, step)
            ? shape[step]
            : undefined
          : valueType
    return next ? alternatives(next) : []
  })
}

export function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>((schemas, step) => behind(schemas, step), alternatives(schema))
}

const isRecord = (schemas: readonly z.core.$ZodType[]) => schemas.some(schema => shapeOf(schema).type === 'record')
const isList = (schemas: readonly z.core.$ZodType[]) => schemas.some(schema => shapeOf(schema).type === 'array')

/** Index that a step names in a list: a number, or the name (or, where only one has it, the protocol) of a load. */
function indexIn(list: unknown, step: string): number | null {
  if (!Array.isArray(list)) return null
  if (/^\d+$/.test(step)) return Number(step) < list.length ? Number(step) : null
  const named = list.findIndex(item => valueAt(item, ['name']) === step)
  if (named >= 0) return named
  const speaking = list.flatMap((item, index) => (valueAt(item, ['protocol']) === step ? [index] : []))
  return speaking.length === 1 ? speaking[0]! : null
}

export type FoundPath = { readonly path: Path } | { readonly problem: string; readonly hint: string | null }

/**
 * Reads `load[0].workload.ratePerSecond`, `load.0.window` or `load.<name>.window` against the schema and the scenario it is for.
 * Where the schema has free keys (`slo`, `sut.env`, a mix) the rest of the text is one key.
 */
export function findPath(schema: z.core.$ZodType, raw: unknown, text: string): FoundPath {
  const steps = text.replace(/\["?([^\]"]*)"?\]/g, '.$1').split('.')
  const path: (string | number)[] = []
  let schemas = alternatives(schema)
  while (steps.length > 0) {
    if (isRecord(schemas)) return { path: [...path, steps.join('.')] }
    const step = steps.shift()!
    const index = isList(schemas) ? indexIn(valueAt(raw, path), step) : null
    if (isList(schemas) && index === null)
      return {
        problem: `no ${path.join('.') || 'list'} '${step}' in this scenario`,
        hint: 'name an item by its index or its name',
      }
    const next = behind(schemas, index ?? step)
    if (next.length === 0) {
      const suggestion = closest(step, keysOf(schemas))
      return {
        problem: `no setting '${step}'${path.length > 0 ? ` in ${path.join('.')}` : ''}`,
        hint: suggestion && `did you mean '${suggestion}'?`,
      }
    }
    path.push(index ?? step)
    schemas = next
  }
  return { path }
}
