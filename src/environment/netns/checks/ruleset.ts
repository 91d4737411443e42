/** What nft lists, block by block: a table, and each chain, set or other object of one. */
export type Ruleset = ReadonlyMap<string, Block>

export interface Block {
  /** In their order: the rules of a chain with its hook and policy, what a set or a table is. */
  readonly lines: readonly string[]
  /** Of a set or a map, in no order. */
  readonly elements: readonly string[]
}

/** What quotes hold is no syntax. */
const QUOTED = /"[^"]*"/g
/** A set within a rule, `{ 500, 4500 }`, and what quotes hold, which is none. */
const INLINE_SET = /"[^"]*"|\{ ((?:"[^"]*"|[^{}"])*) \}/g
const ELEMENTS = 'elements = {'

/**
 * Reads what `nft -s list ruleset` prints. Blocks are named as nft would: `table inet gate`, `chain forward of table inet gate`. Two listings of one nft that mean the same
 * read alike, whatever the order of blocks, and of elements in sets.
 */
export function readRuleset(listing: string): Ruleset {
  const blocks = new Map<string, { lines: string[]; elements: string[] }>()
  const lines = listing.split('\n').map(line => line.trim())
  let table = ''
  let block: { lines: string[]; elements: string[] } | null = null
  let depth = 0
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const opened = openedBy(line)
    if (line === '' || (depth === 0 && line.startsWith('#'))) continue
    if (depth === 2 && line.startsWith(ELEMENTS)) {
      const end = endOf(lines, at)
      block!.elements.push(...elementsOf(lines.slice(at, end + 1).join(' ')))
      at = end
    } else if (line === '}' && depth <= 2) {
      block = depth === 2 ? blocks.get(table)! : null
      depth -= 1
    } else if (opened > 0 && depth < 2) {
      const name = line.slice(0, line.lastIndexOf('{')).trim()
      if (depth === 0) table = name
      block = { lines: [], elements: [] }
      blocks.set(depth === 0 ? name : `${name} of ${table}`, block)
      depth += 1
    } else {
      block?.lines.push(plain(line))
      depth += opened
    }
  }
  return blocks
}

const plain = (line: string) =>
  line
    .replace(/;$/, '')
    .replaceAll(INLINE_SET, (quoted, inside?: string) =>
      inside === undefined ? quoted : `{ ${splitList(inside).join(', ')} }`,
    )

/** How many braces more a line opens than it closes. */
function openedBy(line: string): number {
  const bare = line.replaceAll(QUOTED, '')
  return bare.split('{').length - bare.split('}').length
}

/** Place of the last line of the list that begins at one. */
function endOf(lines: readonly string[], from: number): number {
  let open = 0
  for (let at = from; at < lines.length; at++) {
    open += openedBy(lines[at]!)
    if (open <= 0) return at
  }
  return lines.length - 1
}

const elementsOf = (text: string) => splitList(text.slice(ELEMENTS.length).replace(/\}\s*$/, ''))

const splitList = (text: string) =>
  (text.match(/(?:"[^"]*"|[^,"])+/g) ?? [])
    .map(each => each.trim())
    .filter(each => each !== '')
    .toSorted()
