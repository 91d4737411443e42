import type { Charset } from '../model/scenario.ts'

/** What MSH-18 says (HL7 table 0211). Empty means ASCII (HL7 v2.5.1, 2.14.9.18). */
export const DECLARED: Readonly<Record<Charset, string>> = { ascii: '', '8859/1': '8859/1', 'utf-8': 'UNICODE UTF-8' }

/** A function that gives the bytes of text in a charset. It throws RangeError where a character is not in it. */
export function encoderOf(charset: Charset): (text: string) => Uint8Array {
  if (charset === 'utf-8') return text => new TextEncoder().encode(text)
  const largest = charset === 'ascii' ? 0x7f : 0xff
  return text => {
    const bytes = new Uint8Array(text.length)
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > largest) throw new RangeError(`${JSON.stringify(text[at])} is no character of ${charset}`)
      bytes[at] = code
    }
    return bytes
  }
}

/** The text of bytes in a charset; for looking at messages, not for making them. */
export function decodeIn(charset: Charset, bytes: Uint8Array): string {
  if (charset === 'utf-8') return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  // Not 'latin1' of TextDecoder, which is windows-1252.
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
