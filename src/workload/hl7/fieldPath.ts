import type { FieldPath } from '../../model/downstream.ts'

const PATH = /^([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?$/

/** Parses `PV1-50`, `ORC-2.1`, `ZHB-1`; of MSH only MSH-10, where every message has its identity anyway. null = none of these. */
export function parseFieldPath(text: string): FieldPath | null {
  const match = PATH.exec(text)
  if (match === null) return null
  const path = { segment: match[1]!, field: Number(match[2]), component: Number(match[3] ?? 1) }
  return path.segment !== 'MSH' || (path.field === 10 && path.component === 1) ? path : null
}

/** `PV1-50.1`. */
export const fieldPathText = ({ segment, field, component }: FieldPath): string => `${segment}-${field}.${component}`

/** Whether the identity has to be put there: MSH-10 holds it in any case. */
export const isCarried = ({ segment }: FieldPath): boolean => segment !== 'MSH'

/** Separators of a message: MSH-1 and the first two characters of MSH-2. */
export interface Separators {
  readonly field: string
  readonly component: string
  readonly repetition: string
}

export const DEFAULT_SEPARATORS: Separators = { field: '|', component: '^', repetition: '~' }

/**
 * Cuts a segment around the component that `path` names, in the field's first repetition: what stands before it, with the separators
 * that are missing on the way, and what stands after it.
 */
export function cutAround(segment: string, path: FieldPath, separators: Separators): readonly [string, string] {
  const fields = padded(segment.split(separators.field), path.field + 1)
  const [first = '', ...repetitions] = fields[path.field]!.split(separators.repetition)
  const components = padded(first.split(separators.component), path.component)
  const before = [
    ...fields.slice(0, path.field),
    components
      .slice(0, path.component - 1)
      .concat('')
      .join(separators.component),
  ]
  const after = ['', ...components.slice(path.component)].join(separators.component)
  const others = ['', ...repetitions].join(separators.repetition)
  return [before.join(separators.field), [after + others, ...fields.slice(path.field + 1)].join(separators.field)]
}

const padded = (parts: readonly string[], length: number): string[] => [
  ...parts,
  ...Array.from({ length: Math.max(0, length - parts.length) }, () => ''),
]
