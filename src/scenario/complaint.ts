/** One complaint about a scenario, with its place. */
export interface Complaint {
  /** File name, `env NAME`, `flag --name`, or `command line`. */
  readonly file: string
  /** 1-based; null where the source has no lines or the place is unknown. */
  readonly line: number | null
  readonly column: number | null
  /** `load[0].workload.ratePerSecond`; empty = the scenario as a whole. */
  readonly path: string
  readonly expected: string
  /** Shortened, secrets masked. */
  readonly found: string
  readonly hint: string | null
}

/** Everything wrong with a scenario, at once (exit code 104). */
export class ScenarioError extends Error {
  readonly code = 'HL7BENCH_SCENARIO'
  readonly complaints: readonly Complaint[]

  constructor(complaints: readonly Complaint[]) {
    super(formatComplaints(complaints))
    this.name = 'ScenarioError'
    this.complaints = complaints
  }
}

/** A block of lines per complaint, ready for a terminal. */
export function formatComplaints(complaints: readonly Complaint[]): string {
  const count = complaints.length === 1 ? 'One thing is' : `${complaints.length} things are`
  return [`${count} wrong with the scenario:`, ...complaints.map(formatComplaint)].join('\n\n')
}

function formatComplaint(complaint: Complaint): string {
  const position = [complaint.line, complaint.column].flatMap(place => (place === null ? [] : [`:${place}`])).join('')
  return [
    `${complaint.file}${position}${complaint.path ? `  ${complaint.path}` : ''}`,
    `  expected  ${complaint.expected}`,
    `  found     ${complaint.found}`,
    ...(complaint.hint === null ? [] : [`  hint      ${complaint.hint}`]),
  ].join('\n')
}

const LONGEST_SHOWN = 80

/** A value as a complaint shows it: JSON, masked before it is shortened (so that no part of a secret is left). */
export function shownValue(value: unknown, mask: (text: string) => string): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  const text = JSON.stringify(maskedLeaves(value, mask)) ?? String(value)
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`
}

function maskedLeaves(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (typeof value === 'number') return mask(String(value)) === String(value) ? value : '***'
  if (typeof value === 'function' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(item => maskedLeaves(item, mask))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskedLeaves(item, mask)]))
}
