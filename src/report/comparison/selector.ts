import type { Row } from '../../model/row.ts'

/** Which rows of a CSV: every condition holds. */
export interface Selector {
  readonly text: string
  matches(row: Row): boolean
}

const READ: Readonly<Record<string, (row: Row) => unknown>> = {
  commit: row => row.commit,
  branch: row => row.branch,
  version: row => row.version,
  environment: row => row.environmentId,
  case: row => row.testCaseId,
  experiment: row => row.data.experiment,
  arm: row => row.data.arm,
  digest: row => row.data.digest,
}

/**
 * `commit=abc,branch=main,tag.load=heavy`: values are compared whole, commits by their beginning. Returns what is wrong with it as text.
 */
export function parseSelector(text: string): Selector | string {
  const conditions: ((row: Row) => boolean)[] = []
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    const read = name.startsWith('tag.') ? tagReader(name.slice(4)) : READ[name]
    if (at < 1 || read === undefined || value === '')
      return `expected conditions such as commit=abc or branch=main with ${Object.keys(READ).join(', ')} or tag.<name>, found ${JSON.stringify(part)}`
    conditions.push(row => {
      const found = String(read(row) ?? '')
      return name === 'commit' ? found.startsWith(value) : found === value
    })
  }
  return { text, matches: row => conditions.every(holds => holds(row)) }
}

const tagReader =
  (name: string) =>
  ({ data }: Row): unknown =>
    typeof data.tags === 'object' && data.tags !== null ? (data.tags as Record<string, unknown>)[name] : undefined
