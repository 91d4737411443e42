const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Lists and objects within each other that a JSON body may have. FHIR R4 resources need about twenty. */
export const MOST_NESTED = 200

/**
 * Offset in `bytes` of the bracket that goes deeper than `most`, or -1: to be asked before a body of somebody else is parsed, as what walks the
 * result calls itself once for each level. Brackets in strings do not count.
 */
export function tooDeepAt(bytes: Uint8Array, start: number, end: number, most: number = MOST_NESTED): number {
  let depth = 0
  let isText = false
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (isText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > most) return at
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
  }
  return -1
}
