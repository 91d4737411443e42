/** What a server said of itself, fit for a terminal: no controls or escape sequences, only printable ASCII, of at most `most` characters. */
export function printable(text: string, most: number): string {
  return text.slice(0, most).replace(/[^\x20-\x7e]/g, '?')
}
