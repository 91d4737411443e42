const M = 0x4d
const S = 0x53
const H = 0x48
const CR = 0x0d
const LF = 0x0a
const MAX_FIELD = 31

/** Where the fields of an MSH segment lie: MSH-n is `bytes[starts[n], ends[n])`; both are 0 where there is none. */
export interface HeaderFields {
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

export function createHeaderFields(): HeaderFields {
  return { starts: new Uint32Array(MAX_FIELD + 1), ends: new Uint32Array(MAX_FIELD + 1) }
}

/**
 * Finds the fields of the MSH segment at `start`, by the separator that the message itself names in MSH-1
 * (HL7 v2.5.1 section 2.5.4). Scans no further than that segment, which ends with CR; LF is taken as an end too.
 * Returns false, and leaves the fields undefined, when the bytes do not begin with MSH, MSH-1 and MSH-2.
 */
export function findHeaderFields(bytes: Uint8Array, start: number, end: number, fields: HeaderFields): boolean {
  if (end - start < 5 || bytes[start] !== M || bytes[start + 1] !== S || bytes[start + 2] !== H) return false
  const separator = bytes[start + 3]!
  if (isNoSeparator(separator) || bytes[start + 4] === separator || isNoSeparator(bytes[start + 4]!)) return false
  const { starts, ends } = fields
  starts.fill(0)
  ends.fill(0)
  starts[1] = start + 3
  ends[1] = start + 4
  starts[2] = start + 4
  let field = 2
  let at = start + 4
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === CR || byte === LF) break
    if (byte !== separator) continue
    ends[field] = at
    if (field === MAX_FIELD) return true
    starts[++field] = at + 1
  }
  ends[field] = at
  return true
}

/** Component separator of the message whose fields were found: the first character of MSH-2. */
export function componentSeparator(bytes: Uint8Array, fields: HeaderFields): number {
  return bytes[fields.starts[2]!]!
}

/** Start of component `n` (from 1) in `bytes[start, end)`, or -1 when there are fewer. */
export function findComponent(bytes: Uint8Array, start: number, end: number, separator: number, n: number): number {
  let at = start
  for (let component = 1; component < n; component++) {
    while (at < end && bytes[at] !== separator) at++
    if (at >= end) return -1
    at++
  }
  return at
}

function isNoSeparator(byte: number): boolean {
  return (
    byte <= 0x20 || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  )
}
