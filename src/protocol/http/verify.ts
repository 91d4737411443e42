import type { Expectation } from '../../model/stream.ts'
import type { Entries } from './entries.ts'
import type { ReadPage, ReadReply, ReplyFormat } from './format.ts'
import { jsonFormat } from './jsonFormat.ts'
import { outcomeCode } from './outcomeCode.ts'

/** What a reply was found to be. `alarm` names a finding that is more than a failed check. */
export interface Verdict {
  readonly reason: string | null
  readonly alarm: string | null
  /** Of a Bundle whose entries are looked at. */
  readonly entries?: Entries
  /** Places of the entries that failed, from 0, where all of them were answered and some with a failure. */
  readonly refusedEntries?: readonly number[]
  /** Of a good page, where further ones may be read. */
  readonly page?: ReadPage
}

const GOOD: Verdict = { reason: null, alarm: null }
/**
 * Checks status, `resourceType` and `Bundle.total` of a reply. A scan of the bytes accepts the ordinary reply; whatever the scan does not
 * plainly accept is parsed before it is called wrong, and so is every reply with `parse` set, and every page of a search with a page limit.
 */
export function verifyReply(
  expected: Expectation,
  status: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  parse: boolean,
  format: ReplyFormat = jsonFormat,
): Verdict {
  if (!expected.statuses.includes(status)) return refused(status, bytes, start, end)
  if (expected.pageLimit !== undefined) return verifyPage(expected, bodyOf(bytes, start, end), format)
  if (expected.resourceType === null && expected.total === null && !parse) return GOOD
  if (end === start)
    return expected.resourceType === null && expected.total === null ? GOOD : { reason: 'empty body', alarm: null }
  const body = bodyOf(bytes, start, end)
  const isPlain = !(parse && format.canParse(body)) && format.scanAccepts(expected, body)
  const verdict = isPlain ? GOOD : verifyParsed(expected, format.read(body))
  if (expected.entries === undefined || verdict.reason !== null) return verdict
  return entriesVerdict(expected.entries, format.entries(body, expected.entries, parse))
}

const bodyOf = (bytes: Uint8Array, start: number, end: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)

function verifyPage(expected: Expectation, body: Buffer, format: ReplyFormat): Verdict {
  if (body.length === 0) return { reason: 'empty body', alarm: null }
  const page = format.readPage(body)
  const verdict = verifyParsed(expected, page)
  return verdict.reason === null && typeof page !== 'string' ? { ...verdict, page } : verdict
}

/** HTTP 200 says nothing of the entries: each has a status of its own. */
function entriesVerdict(expected: number, entries: Entries): Verdict {
  const reason =
    entries.answered !== expected
      ? `${entries.answered > expected ? 'more' : 'fewer'} than ${expected} entries answered`
      : entries.failed > 0
        ? `entry http ${entries.firstFailed}`
        : null
  const alarm = entries.firstFailed === 412 ? 'duplicate-resource' : null
  const isTold = entries.answered === expected && entries.failed > 0
  return { reason, alarm, entries, ...(isTold && { refusedEntries: entries.failedAt }) }
}

function refused(status: number, bytes: Uint8Array, start: number, end: number): Verdict {
  const code = outcomeCode(bytes, start, end)
  return {
    reason: code === null ? `http ${status}` : `http ${status} ${code}`,
    alarm: status === 412 ? 'duplicate-resource' : null,
  }
}

function verifyParsed(expected: Expectation, read: ReadReply | string): Verdict {
  if (typeof read === 'string') return { reason: read, alarm: null }
  const { resourceType, total } = read
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
