import type { Issue } from '../http/outcomeCode.ts'
import { eachAttribute, endOfTag } from './scan.ts'

const OUTCOME = /<((?:[^\s<>/:"'=]{1,40}:)?)OperationOutcome[\s>]/
const VALUE = 'value'

/**
 * What the first issue of an OperationOutcome says, or null when there is none. No parsing: the tags are scanned, which are to have the same
 * namespace prefix as that of the outcome, or none like it.
 */
export function scanXmlIssue(body: Buffer): Issue | null {
  const prefix = OUTCOME.exec(body.toString('latin1'))?.[1]
  if (prefix === undefined) return null
  const issue = endOfTagName(body, `${prefix}issue`, 0)
  if (issue === -1) return null
  return { severity: valueIn(body, `${prefix}severity`, issue), code: valueIn(body, `${prefix}code`, issue) }
}

/** Index after the name of the first tag of this name, from `from` on; -1 = there is none. */
function endOfTagName(body: Buffer, name: string, from: number): number {
  const tag = Buffer.from(`<${name}`, 'latin1')
  let at = body.indexOf(tag, from)
  while (at !== -1 && !/[\s/>]/.test(body.toString('latin1', at + tag.length, at + tag.length + 1)))
    at = body.indexOf(tag, at + 1)
  return at === -1 ? -1 : at + tag.length
}

function valueIn(body: Buffer, tag: string, from: number): string | null {
  const nameEnd = endOfTagName(body, tag, from)
  const tagEnd = nameEnd === -1 ? -1 : endOfTag(body, nameEnd)
  if (tagEnd === -1) return null
  let value: string | null = null
  eachAttribute(body, nameEnd, tagEnd, (name, end, start, valueEnd) => {
    if (body.toString('latin1', name, end) === VALUE) value = body.toString('latin1', start, valueEnd)
  })
  return value
}
