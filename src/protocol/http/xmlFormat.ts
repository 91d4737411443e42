import { entriesOf, scanXmlEntries } from '../xml/entries.ts'
import { MOST_PARSED_BYTES, parseXmlResource } from '../xml/resource.ts'
import { scanXmlAccepts } from '../xml/scan.ts'
import type { Entries } from './entries.ts'
import type { ReplyFormat } from './format.ts'

/** FHIR XML (FHIR R4, section 2.6.1), to the same verdicts as JSON. */
export const xmlFormat: ReplyFormat = {
  mediaType: 'application/fhir+xml',
  canParse: body => body.length <= MOST_PARSED_BYTES,
  scanAccepts: ({ resourceType, total }, body) => scanXmlAccepts(body, resourceType, total),
  read: parseXmlResource,
  readPage: parseXmlResource,
  entries,
}

/** What the scan finds in comments, or misses behind a prefix, the parser sets right. */
function entries(body: Buffer, expected: number, parse: boolean): Entries {
  const scanned = scanXmlEntries(body)
  if (!parse && scanned.answered === expected && scanned.failed === 0) return scanned
  const resource = parseXmlResource(body)
  return typeof resource === 'string' ? scanned : entriesOf(resource.statuses)
}
