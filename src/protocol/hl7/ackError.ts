import { ERROR_CODES, ERROR_TEXTS, type ErrorCode } from './errorCodes.ts'
import { SEGMENT_NAMES } from './segmentNames.ts'

const SEVERITIES: readonly string[] = ['F', 'E', 'W', 'I']
/** An acknowledgement says why within its first segments, however long a peer makes it. */
const MOST_BYTES = 65_536
/** A sequence or a field: no segment of the standard has as many fields, and whatever is larger may be a number of the peer's. */
const SMALL_NUMBER = /^[1-9]\d?$/

/**
 * Why a message was rejected, from the coded parts of its acknowledgement alone, for instance `AE 101 Required field missing, E, PID^1^3`.
 * The code is ERR-3 (before HL7 2.5 ERR-1.4, MSA-6 or a MSA-3 that says nothing but the code or its text), the severity ERR-4 and the place
 * ERR-2 (ERR-1 before 2.5). Every text is ours, from HL7 table 0357, and segments are those of the standard: what is not in a table, or no
 * number up to 99, is left out, as a peer may have put a patient's data there.
 * @returns the acknowledgement code alone when nothing coded is said
 */
export function describeAckError(code: string, bytes: Uint8Array, start: number, end: number): string {
  const length = Math.min(end - start, MOST_BYTES)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1')
  const [field = '|', component = '^', , , subcomponent = '&'] = text.slice(3, 8)
  const segments = text.split(/[\r\n]+/).map(segment => segment.split(field))
  const msa = segments.find(([name]) => name === 'MSA') ?? []
  const err = segments.find(([name]) => name === 'ERR') ?? []
  const first = (value: string | undefined, split: string, nth: number) => value?.split(split)[nth - 1] ?? ''
  const old = first(err[1], component, 4)
  const error =
    codeOf(first(err[3], component, 1)) ??
    codeOf(first(old, subcomponent, 1)) ??
    codeOf(first(msa[6], component, 1)) ??
    codeOf(msa[3] ?? '')
  const severity = SEVERITIES.includes(err[4] ?? '') ? err[4]! : null
  const place = placeOf((err[2] || err[1] || '').split(component))
  const said = error === null ? code : `${code} ${error} ${ERROR_CODES[error]}`
  return [said, severity, place].filter(part => part !== null).join(', ')
}

function codeOf(value: string): ErrorCode | null {
  const key = value.trim().toLowerCase()
  return Object.hasOwn(ERROR_CODES, key) ? (key as ErrorCode) : (ERROR_TEXTS.get(key) ?? null)
}

/** Segment, sequence and field, as far as they are what they should be: three letters alone may be a surname. */
function placeOf([segment = '', sequence = '', field = '']: readonly string[]): string | null {
  if (!SEGMENT_NAMES.has(segment)) return null
  if (!SMALL_NUMBER.test(sequence)) return segment
  return SMALL_NUMBER.test(field) ? `${segment}^${sequence}^${field}` : `${segment}^${sequence}`
}
