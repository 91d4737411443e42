/** Entries that match, and the link to the next page (empty when it has no text), of what may be a Bundle and may be anything. */
export function pageOf(bundle: object): { matches: number; next: string | null } {
  const next = listOf(fieldOf(bundle, 'link')).find(each => fieldOf(each, 'relation') === 'next')
  const url = fieldOf(next, 'url')
  return {
    matches: listOf(fieldOf(bundle, 'entry')).filter(isMatch).length,
    next: next === undefined ? null : typeof url === 'string' ? url : '',
  }
}

function isMatch(entry: unknown): boolean {
  const mode = fieldOf(fieldOf(entry, 'search'), 'mode')
  return mode === undefined || mode === 'match'
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
