import { isAt, isName, isSpace, isTextAt, skipSpace } from '../text.ts'

const [LT, GT, SLASH, EQUALS, QUOTE, APOSTROPHE] = [0x3c, 0x3e, 0x2f, 0x3d, 0x22, 0x27]
const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const DECLARATION = Buffer.from('<?xml')
const DECLARATION_END = Buffer.from('?>')
const LONGEST_DECLARATION = 256
const NAMESPACE = Buffer.from('http://hl7.org/fhir')
const [XMLNS, TOTAL, ENTRY, VALUE] = ['xmlns', 'total', 'entry', 'value'].map(word => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
]

/**
 * Whether a body plainly is a FHIR resource of this type in XML, and (unless null) its `total` this number: a scan in place of its first tags, which
 * stops at the first entry, as `Bundle.total` stands before it (FHIR R4, Bundle). Comments, sections, entities, prefixes and whatever else is not plain are
 * not accepted: false says no more than that the body is to be parsed.
 */
export function scanXmlAccepts(body: Buffer, type: string | null, total: number | null): boolean {
  const root = rootAt(body)
  const nameEnd = endOfName(body, root)
  const tagEnd = endOfTag(body, nameEnd)
  if (root === -1 || tagEnd === -1 || body[tagEnd - 2] === SLASH) return false
  if (type !== null && !(nameEnd - root === type.length && isTextAt(body, root, type))) return false
  if (!hasAttribute(body, nameEnd, tagEnd, XMLNS, NAMESPACE)) return false
  if (!endsWith(body, root, nameEnd)) return false
  return total === null || totalAfter(body, tagEnd) === total
}

/** Where the name of the root begins, or -1 when something else than a declaration comes before it. */
function rootAt(body: Buffer): number {
  let at = isAt(body, 0, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
  if (isAt(body, at, DECLARATION)) {
    const end = body.indexOf(DECLARATION_END, at)
    if (end === -1 || end - at > LONGEST_DECLARATION) return -1
    if (!isPlainDeclaration(body.toString('latin1', at, end))) return -1
    at = end + DECLARATION_END.length
  }
  at = skipSpace(body, at)
  return body[at] === LT && isLetter(body[at + 1]!) ? at + 1 : -1
}

/** Whether it declares the encoding that the body is read in, or none. */
const isPlainDeclaration = (text: string): boolean =>
  /^<\?xml\s[^?]*$/.test(text) && !/encoding\s*=\s*["'](?!utf-8["'])/i.test(text)

/** The root's own `total`, or -1 when it does not plainly have one. */
function totalAfter(body: Buffer, start: number): number {
  let depth = 0
  for (let at = body.indexOf(LT, start); at !== -1; at = body.indexOf(LT, at)) {
    const isEnd = body[at + 1] === SLASH
    const name = at + (isEnd ? 2 : 1)
    if (!isLetter(body[name]!)) return -1
    const nameEnd = endOfName(body, name)
    const tagEnd = endOfTag(body, nameEnd)
    if (tagEnd === -1) return -1
    if (isEnd) {
      if (--depth < 0) return -1
    } else {
      if (depth === 0 && isName(body, name, nameEnd, ENTRY)) return -1
      if (depth === 0 && isName(body, name, nameEnd, TOTAL)) return numberOf(body, nameEnd, tagEnd)
      if (body[tagEnd - 2] !== SLASH) depth++
    }
    at = tagEnd
  }
  return -1
}

function numberOf(body: Buffer, from: number, tagEnd: number): number {
  let number = -1
  let isOwn = true
  const isPlain = eachAttribute(body, from, tagEnd, (name, nameEnd, value, valueEnd) => {
    if (isName(body, name, nameEnd, VALUE)) number = digits(body, value, valueEnd)
    else if (isName(body, name, nameEnd, XMLNS)) isOwn = false
  })
  return isPlain && isOwn ? number : -1
}

function hasAttribute(body: Buffer, from: number, tagEnd: number, wanted: Buffer, expected: Buffer): boolean {
  let isThere = false
  const isPlain = eachAttribute(body, from, tagEnd, (name, nameEnd, value, valueEnd) => {
    if (isName(body, name, nameEnd, wanted)) isThere = isName(body, value, valueEnd, expected)
  })
  return isPlain && isThere
}

type TakeAttribute = (name: number, nameEnd: number, value: number, valueEnd: number) => void

/** The attributes of a tag, in either quotes and any spacing. Returns whether it has nothing but attributes. */
export function eachAttribute(body: Buffer, from: number, tagEnd: number, take: TakeAttribute): boolean {
  let at = from
  while (true) {
    const name = skipSpace(body, at)
    if (body[name] === GT || (body[name] === SLASH && name + 2 === tagEnd)) return true
    const nameEnd = endOfName(body, name)
    const equals = skipSpace(body, nameEnd)
    const quote = skipSpace(body, equals + 1)
    const isQuoted = body[quote] === QUOTE || body[quote] === APOSTROPHE
    if (name === at || nameEnd === name || body[equals] !== EQUALS || !isQuoted) return false
    const valueEnd = body.indexOf(body[quote]!, quote + 1)
    if (valueEnd === -1 || valueEnd >= tagEnd) return false
    take(name, nameEnd, quote + 1, valueEnd)
    at = valueEnd + 1
  }
}

/** Index after the `>` that ends the tag, quoted ones passed over; -1 = it does not end. */
export function endOfTag(body: Buffer, from: number): number {
  for (let at = from; at < body.length; at++) {
    const byte = body[at]!
    if (byte === GT) return at + 1
    if (byte === LT) return -1
    if (byte !== QUOTE && byte !== APOSTROPHE) continue
    at = body.indexOf(byte, at + 1)
    if (at === -1) return -1
  }
  return -1
}

/** Whether the body ends with the end tag of its root: one that was cut off does not. */
function endsWith(body: Buffer, root: number, nameEnd: number): boolean {
  let at = body.length - 1
  while (at > nameEnd && isSpace(body[at]!)) at--
  if (body[at] !== GT) return false
  at--
  while (at > nameEnd && isSpace(body[at]!)) at--
  const start = at + 1 - (nameEnd - root)
  if (start < nameEnd + 2 || body[start - 1] !== SLASH || body[start - 2] !== LT) return false
  for (let i = 0; i < nameEnd - root; i++) if (body[start + i] !== body[root + i]) return false
  return true
}

function digits(body: Buffer, from: number, to: number): number {
  if (to === from || to - from > 15) return -1
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = body[at]! - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

function endOfName(body: Buffer, from: number): number {
  let at = from
  while (isLetter(body[at]!) || (body[at]! >= 0x2d && body[at]! <= 0x3a && body[at] !== SLASH)) at++
  return at
}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
