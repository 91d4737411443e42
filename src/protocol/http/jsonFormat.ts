import { MOST_NESTED, tooDeepAt } from '../json/nesting.ts'
import { pageOf } from '../json/page.ts'
import { scanJsonAccepts } from '../json/scan.ts'
import { scanEntries } from './entries.ts'
import type { ReadPage, ReadReply, ReplyFormat } from './format.ts'

/** FHIR JSON. Key and status of an entry are told apart by the scan, so that entries are never parsed. */
export const jsonFormat: ReplyFormat = {
  mediaType: 'application/fhir+json',
  canParse: () => true,
  scanAccepts: ({ resourceType, total }, body) => scanJsonAccepts(body, resourceType, total),
  read: readJson,
  readPage,
  entries: scanEntries,
}

function readJson(body: Buffer): ReadReply | string {
  if (tooDeepAt(body, 0, body.length) !== -1) return `body nested deeper than ${MOST_NESTED} levels`
  return parse(body) ?? 'body is no JSON object'
}

function readPage(body: Buffer): ReadPage | string {
  const read = readJson(body)
  return typeof read === 'string' ? read : { ...pageOf(read), resourceType: read.resourceType, total: read.total }
}

function parse(body: Buffer): ReadReply | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
