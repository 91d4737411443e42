const STATUS = Buffer.from('"status"')
const QUOTE = 0x22

/** How the entries of a batch-response or transaction-response came out. */
export interface Entries {
  readonly answered: number
  /** With another status than 200, 201 or 304. */
  readonly failed: number
  /** Status of the first that failed; 0 = none did. */
  readonly firstFailed: number
  /** Places of those that failed, from 0: answers are in the order of the requests. */
  readonly failedAt: readonly number[]
}

const NOWHERE: readonly number[] = []

/**
 * Counts the entries of a response Bundle by their `response.status`, which begins with three digits (FHIR R4, Bundle.entry.response.status):
 * a status of a resource never does. No parsing: the bytes are scanned.
 */
export function scanEntries(body: Buffer): Entries {
  let [answered, firstFailed] = [0, 0]
  let failedAt: number[] | null = null
  for (let key = body.indexOf(STATUS); key !== -1; key = body.indexOf(STATUS, key + STATUS.length)) {
    let at = key + STATUS.length
    while (body[at]! <= 0x20 || body[at] === 0x3a) at++
    if (body[at] !== QUOTE) continue
    const status = digitsAt(body, at + 1)
    if (status === -1) continue
    const place = answered++
    if (isWell(status)) continue
    if (failedAt === null) [failedAt, firstFailed] = [[place], status]
    else failedAt.push(place)
  }
  return { answered, failed: failedAt?.length ?? 0, firstFailed, failedAt: failedAt ?? NOWHERE }
}

/** Done, or there already: a conditional create that finds its record gets 200, or 304 of some servers. */
export const isWell = (status: number): boolean => status === 200 || status === 201 || status === 304

function digitsAt(body: Buffer, at: number): number {
  let number = 0
  for (let i = at; i < at + 3; i++) {
    const digit = body[i]! - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return body[at + 3] === QUOTE || body[at + 3] === 0x20 ? number : -1
}
