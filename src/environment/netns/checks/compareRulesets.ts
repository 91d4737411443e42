import type { Block, Ruleset } from './ruleset.ts'

/** One point in which two rulesets differ. */
export interface Difference {
  readonly kind: 'too much' | 'missing' | 'in another order'
  /** Name of the block, as nft would have it; null = it is of one side only, and `what` names it. */
  readonly block: string | null
  /** The rule, the element of a set, or a block with all that is in it. */
  readonly what: string
}

/** In what a ruleset is not the one that it should be; empty = they are the same. */
export function compareRulesets(wanted: Ruleset, found: Ruleset): readonly Difference[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap(name => {
    const [should, is] = [wanted.get(name), found.get(name)]
    if (should === undefined) return tooMuch(name, found)
    if (is === undefined) return missing(name, wanted, found)
    return compareBlocks(name, should, is)
  })
}

/** A table with blocks shows by them. */
function tooMuch(name: string, found: Ruleset): readonly Difference[] {
  const hasBlocks = [...found.keys()].some(other => other !== name && tableOf(other) === name)
  return isEmpty(found.get(name)!) && hasBlocks ? [] : [{ kind: 'too much', block: null, what: shown(name, found) }]
}

/** Where a table is missing all that is in it is, too. */
function missing(name: string, wanted: Ruleset, found: Ruleset): readonly Difference[] {
  const table = tableOf(name)
  if (name === table) return [{ kind: 'missing', block: null, what: name }]
  return found.has(table) ? [{ kind: 'missing', block: null, what: shown(name, wanted) }] : []
}

const tableOf = (name: string) => name.slice(name.lastIndexOf('table '))
const isEmpty = ({ lines, elements }: Block) => lines.length + elements.length === 0

function shown(name: string, ruleset: Ruleset): string {
  const block = ruleset.get(name)!
  return isEmpty(block) ? name : `${name} { ${[...block.lines, ...block.elements].join('; ')} }`
}

function compareBlocks(block: string, wanted: Block, found: Block): readonly Difference[] {
  const more = [...beyond(found.lines, wanted.lines), ...beyond(found.elements, wanted.elements)]
  const fewer = [...beyond(wanted.lines, found.lines), ...beyond(wanted.elements, found.elements)]
  const isMoved = more.length + fewer.length === 0 && wanted.lines.some((line, place) => line !== found.lines[place])
  return [
    ...more.map(what => ({ kind: 'too much' as const, block, what })),
    ...fewer.map(what => ({ kind: 'missing' as const, block, what })),
    ...(isMoved ? [{ kind: 'in another order' as const, block, what: found.lines.join('; ') }] : []),
  ]
}

/** Those of one list that are not in another, or not as often. */
function beyond(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const each of other) left.set(each, (left.get(each) ?? 0) + 1)
  return list.filter(each => {
    const count = left.get(each) ?? 0
    left.set(each, count - 1)
    return count <= 0
  })
}
