import { scanXmlIssue } from '../xml/issue.ts'

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

/** What an issue says, in whatever words; null = nothing. */
export interface Issue {
  readonly severity: string | null
  readonly code: string | null
}

/** `error not-found` of the first issue of an OperationOutcome in `bytes[start, end)`, or null. Other words than the standard's are `other`. */
export function outcomeCode(bytes: Uint8Array, start: number, end: number): string | null {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, MOST_BYTES))
  if (!body.includes('OperationOutcome')) return null
  const issue = isXml(body) ? scanXmlIssue(body) : scanJsonIssue(body)
  if (issue === null || (issue.severity === null && issue.code === null)) return null
  return `${known(issue.severity, SEVERITIES)} ${known(issue.code, CODES)}`
}

const isXml = (body: Buffer): boolean => /^[^{]*</.test(body.toString('latin1'))

function scanJsonIssue(body: Buffer): Issue {
  const text = body.toString('latin1')
  const issue = text.slice(Math.max(0, text.indexOf('"issue"')))
  return { severity: wordOf(issue, 'severity'), code: wordOf(issue, 'code') }
}

function wordOf(issue: string, name: string): string | null {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]{0,40})"`).exec(issue)?.[1] ?? null
}

const known = (word: string | null, words: ReadonlySet<string>): string =>
  word === null ? 'none' : words.has(word) ? word : 'other'
