import { COLUMNS } from '../model/row.ts'

/**
 * How CSV text ends. `complete`: with a line end (or empty). `unterminated`: the last record lacks its line end.
 * `open`: inside a quoted field. `start` is the offset of the last record, `fields` the fields it has so far.
 * `unseen`: the last record began before the text that was looked at.
 */
export type Ending =
  | { readonly state: 'complete' }
  | { readonly state: 'unterminated'; readonly start: number; readonly fields: number; readonly lastField: number }
  | { readonly state: 'open'; readonly start: number }
  | { readonly state: 'unseen' }

const QUOTE = 0x22
const COMMA = 0x2c
const LF = 0x0a
const CR = 0x0d

/** Where a scan of RFC 4180 text stands: before a field, in a bare or quoted one, or after a quote that may end it. */
type Place = 'before' | 'bare' | 'quoted' | 'closed'

/**
 * Reads CSV records from `from` to the end. `inside`: the text there lies within a quoted field. Returns null where the text
 * cannot be read so; with `lenient`, stray quotes and records of another length are borne instead.
 */
export function endingOf(bytes: Uint8Array, from: number, inside: boolean, lenient = false): Ending | null {
  let place: Place = inside ? 'quoted' : 'before'
  let start: number | null = inside ? null : from
  let lastField = from
  let fields = 1
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (place === 'quoted') {
      if (byte === QUOTE) place = 'closed'
    } else if (byte === LF) {
      const fits = start === null ? fields <= COLUMNS.length : fields === COLUMNS.length || isBlank(bytes, start, at)
      if (!fits && !lenient) return null
      start = at + 1
      lastField = at + 1
      fields = 1
      place = 'before'
    } else if (byte === COMMA) {
      lastField = at + 1
      fields++
      place = 'before'
    } else if (byte === QUOTE && place !== 'bare') {
      place = 'quoted'
    } else if (byte === CR && place === 'closed') {
      // The first half of a CRLF.
    } else if (!lenient && (place === 'closed' || byte === QUOTE)) {
      return null
    } else {
      place = 'bare'
    }
  }
  if (start === null) return { state: 'unseen' }
  if (place === 'quoted') return { state: 'open', start }
  if (start === bytes.length) return { state: 'complete' }
  return { state: 'unterminated', start, fields, lastField }
}

const isBlank = (bytes: Uint8Array, start: number, end: number): boolean =>
  end === start || (end === start + 1 && bytes[start] === CR)

/**
 * The ending as seen from a part of the file that starts in the unknown, or null when the part does not settle it. The text
 * after its first line end is either outside or inside of a quoted field; where just one of the two can be read, that is it.
 */
export function endingOfPart(part: Uint8Array): Ending | null {
  const from = part.indexOf(LF) + 1
  if (from === 0) return null
  const readings = [endingOf(part, from, false), endingOf(part, from, true)].filter(ending => ending !== null)
  const only = readings.length === 1 ? readings[0]! : null
  return only?.state === 'unseen' ? null : only
}

/** Whether an unterminated record is whole: eleven fields, and the last no torn piece of JSON. A blank last field counts as torn. */
export function isWhole(bytes: Uint8Array, ending: Extract<Ending, { state: 'unterminated' }>): boolean {
  if (ending.fields !== COLUMNS.length) return false
  const cell = Buffer.from(bytes.subarray(ending.lastField)).toString('utf8').trim()
  const text = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
  if (!/^[[{]/.test(text)) return text !== ''
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
