import type { FieldPath } from '../../model/downstream.ts'
import type { HeaderFields } from './fields.ts'

const CR = 0x0d
const LF = 0x0a

/** `bytes[start, end)`; reused from one message to the next. */
export interface Range {
  start: number
  end: number
}

/**
 * Finds a component of the first repetition of a field in the first segment of that name, by the separators of the message in
 * `bytes[start, end)`, whose header was found. Returns false, and leaves an empty range, where there is none.
 */
export function findField(
  bytes: Uint8Array,
  start: number,
  end: number,
  header: HeaderFields,
  { segment, field, component }: FieldPath,
  found: Range,
): boolean {
  found.start = found.end = start
  const separator = bytes[header.starts[1]!]!
  const encodingAt = header.starts[2]!
  const isEnd = (byte: number) => byte === separator || byte === CR || byte === LF
  let at = segmentAt(bytes, start, end, segment, separator)
  // Field n begins after the n-th separator; of MSH the first one is itself field 1.
  for (let skip = segment === 'MSH' ? field - 1 : field; skip > 0; skip--) {
    while (at < end && !isEnd(bytes[at]!)) at++
    if (at >= end || bytes[at] !== separator) return false
    at++
  }
  let stop = at
  while (stop < end && !isEnd(bytes[stop]!) && bytes[stop] !== bytes[encodingAt + 1]) stop++
  for (let skip = component - 1; skip > 0; skip--) {
    while (at < stop && bytes[at] !== bytes[encodingAt]) at++
    if (at >= stop) return false
    at++
  }
  found.start = at
  while (at < stop && bytes[at] !== bytes[encodingAt]) at++
  found.end = at
  return found.end > found.start
}

/** Where the name of the first segment of that name begins; `end` = there is none. */
function segmentAt(bytes: Uint8Array, start: number, end: number, name: string, separator: number): number {
  for (let at = start; at + 3 < end; at++) {
    const isNamed = at === start || bytes[at - 1] === CR || bytes[at - 1] === LF
    if (!isNamed || bytes[at] !== name.charCodeAt(0)) continue
    if (bytes[at + 1] !== name.charCodeAt(1) || bytes[at + 2] !== name.charCodeAt(2)) continue
    if (bytes[at + 3] === separator) return at
  }
  return end
}

/** What follows the MSH segment, without line ends at its own end: what an engine that only writes a new header leaves as it was. */
export function findBody(bytes: Uint8Array, start: number, end: number, found: Range): Range {
  let from = start
  while (from < end && bytes[from] !== CR && bytes[from] !== LF) from++
  while (from < end && (bytes[from] === CR || bytes[from] === LF)) from++
  let until = end
  while (until > from && (bytes[until - 1] === CR || bytes[until - 1] === LF)) until--
  found.start = from
  found.end = until
  return found
}
