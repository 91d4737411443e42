/** Escape sequences of the delimiters `|^~\&` (HL7 v2.5.1, 2.7.1). */
const ESCAPES: Readonly<Record<string, string>> = {
  '|': '\\F\\',
  '^': '\\S\\',
  '~': '\\R\\',
  '\\': '\\E\\',
  '&': '\\T\\',
}

/** Text as it may stand in a field of a message whose delimiters are `|^~\&`. Line ends become the sequence of their byte. */
export function escapeText(text: string): string {
  return text.replace(/[|^~\\&\p{Cc}]/gu, character => ESCAPES[character] ?? hexadecimal(character))
}

function hexadecimal(character: string): string {
  return `\\X${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}\\`
}
