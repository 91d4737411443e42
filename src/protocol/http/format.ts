import type { Expectation } from '../../model/stream.ts'
import type { Entries } from './entries.ts'

/** What a parsed reply says of itself; values are whatever stood there. */
export interface ReadReply {
  readonly resourceType?: unknown
  readonly total?: unknown
}

/** What a page of search results says, parsed whole. */
export interface ReadPage extends ReadReply {
  /** Entries that match, which is what a total counts (FHIR R4, Bundle.total): not those that are included or are outcomes. */
  readonly matches: number
  /** The link to the next page as it stands there; null = there is none. */
  readonly next: string | null
}

/** How replies of one format are looked into. */
export interface ReplyFormat {
  /** That is asked for. */
  readonly mediaType: string
  /** Whether a body is short enough to be parsed unasked. */
  canParse(body: Buffer): boolean
  /** Whether a scan of the bytes plainly accepts the body; false = it is to be parsed. */
  scanAccepts(expected: Expectation, body: Buffer): boolean
  /** The body parsed whole, or what is wrong with it. */
  read(body: Buffer): ReadReply | string
  /** The body parsed whole as a page of search results, or what is wrong with it. */
  readPage(body: Buffer): ReadPage | string
  /** How the entries of a Bundle came out, of which there should be `expected`. */
  entries(body: Buffer, expected: number, parse: boolean): Entries
}
