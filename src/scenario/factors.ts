import type { Finding } from './finding.ts'
import { setValue } from './override.ts'
import type { Path } from './path.ts'
import { scenarioSchema } from './schema.ts'
import { findPath } from './schemaPath.ts'

export type Level = string | number | boolean

export interface Factor {
  /** As the user wrote the path. */
  readonly text: string
  readonly path: Path
  readonly levels: readonly Level[]
}

/** One cell of the matrix: the user's input with a level in place for each factor. */
export interface Cell {
  readonly raw: unknown
  readonly levels: Readonly<Record<string, Level>>
  /** Where each level of this cell stands in `vary`, for complaints. */
  readonly places: readonly { readonly path: Path; readonly source: Path }[]
}

/** Most cases of one scenario: more is a mistake in `vary`, not a plan. */
const MOST_CASES = 1_000

/** Parts of a scenario that do not decide what is measured, and so cannot tell cases apart. */
const NOT_FACTORS: readonly unknown[] = [
  '$schema',
  'name',
  'description',
  'runs',
  'seed',
  'slo',
  'validity',
  'allowHosts',
  'vary',
]

export function readFactors(
  vary: Readonly<Record<string, readonly Level[]>>,
  raw: unknown,
): { factors: readonly Factor[]; findings: readonly Finding[] } {
  const factors: Factor[] = []
  const findings: Finding[] = []
  for (const [text, levels] of Object.entries(vary)) {
    const finding = (expected: string, found: unknown, hint: string | null, index?: number) =>
      findings.push({ path: index === undefined ? ['vary', text] : ['vary', text, index], expected, found, hint })
    const found = findPath(scenarioSchema, raw, text)
    if ('problem' in found) finding(`the path of a setting (${found.problem})`, text, found.hint)
    else if (NOT_FACTORS.includes(found.path[0]))
      finding('a setting that decides what is measured', text, 'vary environment, sut, load or phases')
    else factors.push({ text, path: found.path, levels })
    levels.forEach((level, index) => {
      if (levels.indexOf(level) < index) finding('each level once', level, 'remove the repetition', index)
    })
  }
  const cases = factors.reduce((product, factor) => product * factor.levels.length, 1)
  if (cases > MOST_CASES)
    findings.push({
      path: ['vary'],
      expected: `at most ${MOST_CASES} cases`,
      found: cases,
      hint: 'vary fewer settings or fewer levels at a time',
    })
  return { factors, findings }
}

/** The product of the levels, the last factor varying fastest; one cell without levels when nothing varies. */
export function cellsOf(raw: unknown, factors: readonly Factor[]): readonly Cell[] {
  return factors.reduce<readonly Cell[]>(
    (cells, factor) =>
      cells.flatMap(cell =>
        factor.levels.map((level, index) => ({
          raw: setValue(cell.raw, factor.path, level),
          levels: { ...cell.levels, [factor.text]: level },
          places: [...cell.places, { path: factor.path, source: ['vary', factor.text, index] }],
        })),
      ),
    [{ raw, levels: {}, places: [] }],
  )
}

/** `vpn[cipher=aes128gcm16]`; the whole path where two factors end alike. */
export function caseId(name: string, cell: Pick<Cell, 'levels'>): string {
  const texts = Object.keys(cell.levels)
  const last = (text: string) =>
    text
      .split(/[.[\]"]+/)
      .filter(Boolean)
      .at(-1)!
  const label = (text: string) => (texts.filter(other => last(other) === last(text)).length > 1 ? text : last(text))
  return texts.length === 0 ? name : `${name}[${texts.map(text => `${label(text)}=${cell.levels[text]}`).join(',')}]`
}
