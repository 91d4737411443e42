/**
 * What differs between a golden file and what is made now, one line each: fields of HL7 segments by their numbers, anything else by line.
 * `name` = the file, whose ending tells which of the two it is.
 */
export function differences(name: string, golden: string, made: string): string[] {
  const [expected, found] = [golden.split('\n'), made.split('\n')]
  return Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => i).flatMap(i => {
    const [before, now] = [expected[i], found[i]]
    if (before === now) return []
    const place = `${name}:${i + 1}`
    if (before === undefined) return [`${place}: found one line more: ${now}`]
    if (now === undefined) return [`${place}: missing: ${before}`]
    const isSegment = name.endsWith('.hl7') && before.slice(0, 3) === now.slice(0, 3)
    return isSegment ? fieldDifferences(place, before, now) : [`${place}: expected ${before}, found ${now}`]
  })
}

function fieldDifferences(place: string, before: string, now: string): string[] {
  const [expected, found] = [before.split('|'), now.split('|')]
  const [segment] = expected
  // MSH-1 is the separator itself.
  const first = segment === 'MSH' ? 1 : 0
  return Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => i).flatMap(i =>
    expected[i] === found[i]
      ? []
      : [`${place}: ${segment}-${i + first}: expected ${shown(expected[i])}, found ${shown(found[i])}`],
  )
}

function shown(field: string | undefined): string {
  return field === undefined ? 'no such field' : JSON.stringify(field)
}
