import type { Expectation } from '../../model/stream.ts'
import { MOST_NESTED, tooDeepAt } from '../json/nesting.ts'
import { pageOf } from '../json/page.ts'
import { scanEntries } from './entries.ts'
import type { ReadPage, ReadReply, ReplyFormat } from './format.ts'

const TOTAL = Buffer.from('"total"')
const RESOURCE_TYPE = Buffer.from('"resourceType"')

/** FHIR JSON. Key and status of an entry are told apart by the scan, so that entries are never parsed. */
export const jsonFormat: ReplyFormat = {
  mediaType: 'application/fhir+json',
  canParse: () => true,
  scanAccepts,
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

function parse(body: Buffer): ReadReply | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
