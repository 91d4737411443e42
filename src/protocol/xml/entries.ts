import { type Entries, isWell } from '../http/entries.ts'
import { eachAttribute, endOfTag } from './scan.ts'

const STATUS = Buffer.from('<status')
const VALUE = Buffer.from('value')

/** As `scanEntries`, of a Bundle in XML: every `<status value="201 ..."/>` that begins with three digits. */
export function scanXmlEntries(body: Buffer): Entries {
  const statuses: string[] = []
  for (let at = body.indexOf(STATUS); at !== -1; at = body.indexOf(STATUS, at + STATUS.length)) {
    const from = at + STATUS.length
    const tagEnd = endOfTag(body, from)
    if (tagEnd === -1) break
    eachAttribute(body, from, tagEnd, (name, nameEnd, value, valueEnd) => {
      if (body.compare(VALUE, 0, VALUE.length, name, nameEnd) !== 0) return
      statuses.push(body.toString('latin1', value, Math.min(valueEnd, value + 4)))
    })
  }
  return entriesOf(statuses)
}

/** Counts entries by their `response.status`; what does not begin with three digits is the status of a resource. */
export function entriesOf(statuses: readonly string[]): Entries {
  const numbers = statuses.filter(text => /^\d{3}(?: |$)/.test(text)).map(text => Number(text.slice(0, 3)))
  const failedAt = [...numbers.keys()].filter(place => !isWell(numbers[place]!))
  const firstFailed = failedAt.length === 0 ? 0 : numbers[failedAt[0]!]!
  return { answered: numbers.length, failed: failedAt.length, firstFailed, failedAt }
}
