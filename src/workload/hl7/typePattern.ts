/** Pattern of message types as HL7 writes them: `ADT^A01`, or with `*` for any number of characters: `ADT^A0*`, `ORU^*`, `*`. */
export const TYPE_PATTERN = /^[A-Za-z0-9*]+(\^[A-Za-z0-9*]+)?$/

/** Whether a message of type `MSH-9.1^MSH-9.2` (`ADT^A01`, or `ACK` alone) is among the patterns. */
export function typeMatcher(patterns: readonly string[]): (type: string) => boolean {
  const known = new Map<string, boolean>()
  const expressions = patterns.map(
    pattern => new RegExp(`^${pattern.replace(/[\^]/g, '\\^').replaceAll('*', '.*')}$`, 's'),
  )
  return type => {
    const before = known.get(type)
    if (before !== undefined) return before
    const matches = expressions.some(expression => expression.test(type))
    if (known.size < MOST_KNOWN) known.set(type, matches)
    return matches
  }
}

/** Types are few; a sender of garbage must not fill the memory. */
const MOST_KNOWN = 1_000
