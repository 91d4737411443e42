import { isName, isSpace, isTextAt, skipSpace } from '../text.ts'

const [QUOTE, BACKSLASH, COLON, COMMA, ZERO, NINE] = [0x22, 0x5c, 0x3a, 0x2c, 0x30, 0x39]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const RESOURCE_TYPE = Buffer.from('resourceType')
const TOTAL = Buffer.from('total')

/**
 * Whether a body plainly is a JSON object whose own `resourceType` is this type, and whose own `total` this number (each unless null): a scan of
 * its members that stops when both were found. What stands deeper is passed over, whatever its names. Escaped names, numbers that are more than digits
 * and whatever else is not plain are not accepted: false says no more than that the body is to be parsed.
 */
export function scanJsonAccepts(body: Uint8Array, type: string | null, total: number | null): boolean {
  let hasType = type === null
  let hasTotal = total === null
  let at = skipSpace(body, 0)
  if (body[at] !== OPEN_OBJECT) return false
  while (!(hasType && hasTotal)) {
    const name = skipSpace(body, at + 1)
    if (body[name] !== QUOTE) return false
    const nameEnd = endOfName(body, name + 1)
    if (nameEnd === -1) return false
    const colon = skipSpace(body, nameEnd + 1)
    if (body[colon] !== COLON) return false
    const value = skipSpace(body, colon + 1)
    if (isName(body, name + 1, nameEnd, RESOURCE_TYPE)) {
      if (type !== null && !isType(body, value, type)) return false
      hasType = true
    } else if (isName(body, name + 1, nameEnd, TOTAL)) {
      if (total !== null && numberAt(body, value) !== total) return false
      hasTotal = true
    }
    const valueEnd = endOfValue(body, value)
    if (valueEnd === -1) return false
    at = skipSpace(body, valueEnd)
    if (body[at] !== COMMA) return hasType && hasTotal && body[at] === CLOSE_OBJECT
  }
  return true
}

const isType = (body: Uint8Array, at: number, type: string): boolean =>
  body[at] === QUOTE && isTextAt(body, at + 1, type) && body[at + type.length + 1] === QUOTE

/** The number at `at` where it is made of digits alone, or -1. */
function numberAt(body: Uint8Array, at: number): number {
  let end = at
  let number = 0
  for (; body[end]! >= ZERO && body[end]! <= NINE; end++) number = number * 10 + body[end]! - ZERO
  const next = body[skipSpace(body, end)]
  return end > at && (next === COMMA || next === CLOSE_OBJECT) ? number : -1
}

/** Index after the value at `at`, or -1 when it does not end. */
function endOfValue(body: Uint8Array, at: number): number {
  let depth = 0
  for (let i = at; i < body.length; i++) {
    const byte = body[i]!
    if (byte === QUOTE) {
      i = endOfText(body, i + 1)
      if (i === -1) return -1
      if (depth === 0) return i + 1
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth === 0) return i
      if (--depth === 0) return i + 1
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return i
  }
  return -1
}

/** Index of the quote that ends the text which began before `at`, or -1. */
function endOfText(body: Uint8Array, at: number): number {
  for (let i = at; i < body.length; i++) {
    const byte = body[i]!
    if (byte === QUOTE) return i
    if (byte === BACKSLASH) i++
  }
  return -1
}

/** The same of a name, and -1 where it is escaped: it may be that of a member which comes twice, of which a parser takes the last. */
function endOfName(body: Uint8Array, at: number): number {
  for (let i = at; i < body.length; i++) {
    if (body[i] === QUOTE) return i
    if (body[i] === BACKSLASH) return -1
  }
  return -1
}
