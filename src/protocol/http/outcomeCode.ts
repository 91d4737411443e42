/** Value sets issue-severity and issue-type of FHIR R4: only these words are ever shown of an OperationOutcome, so that no text of the peer's is. */
const SEVERITIES = new Set(['fatal', 'error', 'warning', 'information'])
const CODES = new Set(
  (
    'invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported duplicate ' +
    'multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store ' +
    'exception timeout incomplete throttled informational'
  ).split(' '),
)
/** Where the first issue of a reply worth reading begins; the rest of a long reply is not looked at. */
const MOST_BYTES = 16 * 1024

/** `error not-found` of the first issue of an OperationOutcome in `bytes[start, end)`, or null. Other words than the standard's are `other`. */
export function outcomeCode(bytes: Uint8Array, start: number, end: number): string | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, MOST_BYTES)).toString('latin1')
  if (!text.includes('OperationOutcome')) return null
  const issue = text.slice(Math.max(0, text.search(/"issue"|<issue\b/)))
  const severity = wordOf(issue, 'severity')
  const code = wordOf(issue, 'code')
  if (severity === null && code === null) return null
  return `${known(severity, SEVERITIES)} ${known(code, CODES)}`
}

function wordOf(issue: string, name: string): string | null {
  const json = new RegExp(`"${name}"\\s*:\\s*"([^"]{0,40})"`).exec(issue)
  const xml = json ?? new RegExp(`<${name}\\s+value\\s*=\\s*["']([^"']{0,40})["']`).exec(issue)
  return xml?.[1] ?? null
}

const known = (word: string | null, words: ReadonlySet<string>): string =>
  word === null ? 'none' : words.has(word) ? word : 'other'
