import type { Expectation } from '../../model/stream.ts'
import { MOST_NESTED, tooDeepAt } from '../json/nesting.ts'
import { type Entries, scanEntries } from './entries.ts'
import { outcomeCode } from './outcomeCode.ts'

/** What a reply was found to be. `alarm` names a finding that is more than a failed check. */
export interface Verdict {
  readonly reason: string | null
  readonly alarm: string | null
  /** Of a Bundle whose entries are looked at. */
  readonly entries?: Entries
}

const GOOD: Verdict = { reason: null, alarm: null }
const TOTAL = Buffer.from('"total"')
const RESOURCE_TYPE = Buffer.from('"resourceType"')

/**
 * Checks status, `resourceType` and `Bundle.total` of a reply. A scan of the bytes accepts the ordinary reply; whatever the scan does not
 * plainly accept is parsed as JSON before it is called wrong, and so is every reply with `parse` set.
 */
export function verifyReply(
  expected: Expectation,
  status: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  parse: boolean,
): Verdict {
  if (!expected.statuses.includes(status)) return refused(status, bytes, start, end)
  if (expected.resourceType === null && expected.total === null && !parse) return GOOD
  if (end === start)
    return expected.resourceType === null && expected.total === null ? GOOD : { reason: 'empty body', alarm: null }
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  const verdict = !parse && scanAccepts(expected, body) ? GOOD : verifyParsed(expected, body)
  return expected.entries === undefined || verdict.reason !== null ? verdict : entriesVerdict(expected.entries, body)
}

/** HTTP 200 says nothing of the entries: each has a status of its own. */
function entriesVerdict(expected: number, body: Buffer): Verdict {
  const entries = scanEntries(body)
  const reason =
    entries.answered !== expected
      ? `${entries.answered > expected ? 'more' : 'fewer'} than ${expected} entries answered`
      : entries.failed > 0
        ? `entry http ${entries.firstFailed}`
        : null
  return { reason, alarm: entries.firstFailed === 412 ? 'duplicate-resource' : null, entries }
}

function refused(status: number, bytes: Uint8Array, start: number, end: number): Verdict {
  const code = outcomeCode(bytes, start, end)
  return {
    reason: code === null ? `http ${status}` : `http ${status} ${code}`,
    alarm: status === 412 ? 'duplicate-resource' : null,
  }
}

function scanAccepts(expected: Expectation, body: Buffer): boolean {
  if (expected.resourceType !== null && !typeIs(body, expected.resourceType)) return false
  return expected.total === null || firstTotal(body) === expected.total
}

function typeIs(body: Buffer, type: string): boolean {
  const key = body.indexOf(RESOURCE_TYPE)
  if (key === -1) return false
  let at = key + RESOURCE_TYPE.length
  while (body[at] === 0x20 || body[at] === 0x3a) at++
  if (body[at] !== 0x22 || body[at + type.length + 1] !== 0x22) return false
  for (let i = 0; i < type.length; i++) if (body[at + 1 + i] !== type.charCodeAt(i)) return false
  return true
}

/** The first `"total"` that is a number (claims have an element of that name which is a list), or -1. */
function firstTotal(body: Buffer): number {
  for (let key = body.indexOf(TOTAL); key !== -1; key = body.indexOf(TOTAL, key + 1)) {
    let at = key + TOTAL.length
    while (body[at] === 0x20 || body[at] === 0x3a || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++
    let total = -1
    for (; body[at]! >= 0x30 && body[at]! <= 0x39; at++) total = Math.max(total, 0) * 10 + body[at]! - 0x30
    if (total !== -1) return total
  }
  return -1
}

function verifyParsed(expected: Expectation, body: Buffer): Verdict {
  if (tooDeepAt(body, 0, body.length) !== -1)
    return { reason: `body nested deeper than ${MOST_NESTED} levels`, alarm: null }
  const resource = parse(body)
  if (resource === null) return { reason: 'body is no JSON object', alarm: null }
  const { resourceType, total } = resource
  if (expected.resourceType !== null && resourceType !== expected.resourceType) {
    return { reason: `resourceType is not ${expected.resourceType}`, alarm: null }
  }
  if (expected.total === null || total === expected.total) return GOOD
  if (typeof total !== 'number') return { reason: 'Bundle without total', alarm: null }
  return {
    reason: `total ${total > expected.total ? 'above' : 'below'} ${expected.total}`,
    alarm: total > expected.total ? 'total-above-expected' : null,
  }
}

function parse(body: Buffer): { resourceType?: unknown; total?: unknown } | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
