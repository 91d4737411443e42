import { encoderOf } from '../charset.ts'
import { CodeFault } from '../codeFault.ts'

const utf8 = encoderOf('utf-8')
/** By what MSH-18 says (HL7 table 0211): what is neither of these, nothing included, is written in UTF-8. */
const NARROW = new Map([
  ['ASCII', encoderOf('ascii')],
  ['8859/1', encoderOf('8859/1')],
])

/**
 * The bytes of a message that a user's function gave as text, in the charset that its MSH-18 declares.
 * @param what `message 4 of the function`
 * @throws CodeFault where a character is not in that charset; which one is not said, as it may be of a patient's name
 */
export function encodeDeclared(text: string, what: string): Uint8Array {
  const bytes = utf8(text)
  // ASCII, which every charset here holds.
  if (bytes.length === text.length) return bytes
  const declared = charsetOf(text)
  const encode = NARROW.get(declared)
  if (encode === undefined) return bytes
  try {
    return encode(text)
  } catch {
    throw new CodeFault(
      `${what} holds a character that is not in ${declared}, which its MSH-18 declares; declare UNICODE UTF-8 there, or return a Uint8Array with bytes of your own`,
    )
  }
}

/** MSH-18; of several charsets the first, in which a message is written (HL7 v2.5.1, 2.14.9.18). */
function charsetOf(text: string): string {
  const [header] = text.split('\r', 1) as [string]
  const field = header.split(header[3] ?? '|', 18)[17] ?? ''
  return field.split(header[5] ?? '~', 1)[0] ?? ''
}
