import { type Alias, type Document, LineCounter, parseDocument, visit } from 'yaml'

/** 1-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Why a text is not read, and where. `found` may hold parts of the text. */
export interface YamlFault extends Position {
  readonly expected: string
  readonly found: string
  readonly hint: string | null
}

export type YamlAnswer =
  | {
      readonly value: unknown
      readonly document: Document.Parsed
      readonly position: (offset: number) => Position
    }
  | { readonly faults: readonly YamlFault[] }

/** What YAML or JSON says as plain data. Aliases that lead nowhere, into themselves or to far too much are faults as any other. */
export function readYamlDocument(text: string): YamlAnswer {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const faults = document.errors.map(({ message, pos }) => ({
    ...position(pos[0]),
    expected: 'well-formed YAML or JSON',
    found: message,
    hint: null,
  }))
  if (faults.length > 0) return { faults }
  const aliases = aliasesOf(document)
  const wrong = aliases.flatMap(alias => {
    const fault = aliasFault(alias, document)
    return fault === null ? [] : [{ ...fault, ...position(startOf(alias)), found: `*${alias.source}` }]
  })
  if (wrong.length > 0) return { faults: wrong }
  try {
    return { value: document.toJS(), document, position }
  } catch (error) {
    // The reader counts what aliases of aliases come to before it builds it, and stops where it would not end.
    const at = aliases.find(alias => holdsAlias(alias, document)) ?? aliases[0]
    if (at === undefined) throw error
    const found = `*${at.source}, which stands for other aliases`
    const [expected, hint] = [
      'aliases that come to less when they are written out',
      'write out what aliases of aliases stand for',
    ]
    return { faults: [{ ...position(startOf(at)), expected, found, hint }] }
  }
}

function aliasesOf(document: Document.Parsed): readonly Alias[] {
  const aliases: Alias[] = []
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) })
  return aliases
}

function aliasFault(alias: Alias, document: Document.Parsed): Pick<YamlFault, 'expected' | 'hint'> | null {
  const meant = alias.resolve(document)
  if (meant === undefined)
    return {
      expected: `an anchor &${alias.source} before this alias`,
      hint: 'a text that begins with * stands in quotes',
    }
  const [start, , end] = meant.range ?? [0, 0, 0]
  const isInside = start <= startOf(alias) && startOf(alias) < end
  return isInside ? { expected: `no alias of &${alias.source} inside of what it names`, hint: 'write it out' } : null
}

function holdsAlias(alias: Alias, document: Document.Parsed): boolean {
  let holds = false
  const meant = alias.resolve(document)
  if (meant !== undefined)
    visit(meant, {
      Alias: () => {
        holds = true
        return visit.BREAK
      },
    })
  return holds
}

const startOf = (alias: Alias): number => alias.range?.[0] ?? 0
