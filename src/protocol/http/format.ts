import type { Expectation } from '../../model/stream.ts'
import type { Entries } from './entries.ts'

/** What a parsed reply says of itself; values are whatever stood there. */
export interface ReadReply {
  readonly resourceType?: unknown
  readonly total?: unknown
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
  /** How the entries of a Bundle came out, of which there should be `expected`. */
  entries(body: Buffer, expected: number, parse: boolean): Entries
}
