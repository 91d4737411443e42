import { type FhirAnswer, FhirRefusal } from './fhirAnswer.ts'
import { findMatches } from './fhirCriteria.ts'
import { JSON_FORMATS, XML_FORMATS } from './fhirFormat.ts'
import type { ResourceType } from './fhirResource.ts'
import type { FhirStore, StoredResource } from './fhirStore.ts'

const DEFAULT_PAGE = 50
const LARGEST_PAGE = 1000
const TOTALS = ['none', 'estimate', 'accurate']

/** How the result is to be presented, apart from what is searched for. */
interface Presentation {
  readonly criteria: (readonly [string, string])[]
  total: boolean
  entries: boolean
  pageSize: number
  offset: number
}

/**
 * Searches by query or form parameters; `baseUrl` is without a trailing slash. A page beyond the first belongs to the exchange of the first, and is no
 * arrival of its own. Throws a refusal on a bad parameter.
 */
export function search(store: FhirStore, type: ResourceType, parameters: URLSearchParams, baseUrl: string): FhirAnswer {
  const presentation = presentationOf(parameters)
  const matches = findMatches(store, type, presentation.criteria)
  return {
    status: 200,
    headers: {},
    body: bundleOf(matches, type, parameters, presentation, baseUrl),
    arrival: presentation.offset === 0 ? 'read' : null,
  }
}

function presentationOf(parameters: URLSearchParams): Presentation {
  const presentation: Presentation = { criteria: [], total: true, entries: true, pageSize: DEFAULT_PAGE, offset: 0 }
  for (const [name, value] of parameters) {
    if (name === '_total') presentation.total = choice(name, value, TOTALS) !== 'none'
    else if (name === '_summary') presentation.entries = choice(name, value, ['count', 'false']) !== 'count'
    else if (name === '_count') presentation.pageSize = Math.min(count(name, value), LARGEST_PAGE)
    else if (name === '_page') presentation.offset = offsetOf(value)
    else if (name === '_format') choice(name, value.replace(' ', '+'), [...JSON_FORMATS, ...XML_FORMATS])
    else presentation.criteria.push([name, value])
  }
  if (presentation.pageSize === 0) presentation.entries = false
  // A count without its total would say nothing.
  if (!presentation.entries) presentation.total = true
  return presentation
}

function bundleOf(
  matches: readonly StoredResource[],
  type: ResourceType,
  parameters: URLSearchParams,
  { total, entries, pageSize, offset }: Presentation,
  baseUrl: string,
): Buffer {
  const page = entries ? matches.slice(offset, offset + pageSize) : []
  const links = [{ relation: 'self', url: linkTo(type, parameters, baseUrl, offset) }]
  if (entries && offset + pageSize < matches.length) {
    links.push({ relation: 'next', url: linkTo(type, parameters, baseUrl, offset + pageSize) })
  }
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total && { total: matches.length }),
    link: links,
  })
  if (page.length === 0) return Buffer.from(head)
  const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"entry":[`)]
  page.forEach(({ id, json }, place) => {
    const fullUrl = JSON.stringify(`${baseUrl}/${type}/${id}`)
    parts.push(
      Buffer.from(`${place > 0 ? ',' : ''}{"fullUrl":${fullUrl},"resource":`),
      json,
      Buffer.from(',"search":{"mode":"match"}}'),
    )
  })
  parts.push(Buffer.from(']}'))
  return Buffer.concat(parts)
}

/** Pages are stateless: the token in the link is the offset, so resources stored meanwhile appear at the end. */
function linkTo(type: ResourceType, parameters: URLSearchParams, baseUrl: string, offset: number): string {
  const query = new URLSearchParams(parameters)
  query.delete('_page')
  if (offset > 0) query.set('_page', Buffer.from(String(offset)).toString('base64url'))
  return query.size > 0 ? `${baseUrl}/${type}?${query}` : `${baseUrl}/${type}`
}

function offsetOf(token: string): number {
  const offset = Buffer.from(token, 'base64url').toString('latin1')
  if (!/^\d{1,12}$/.test(offset)) throw new FhirRefusal(400, 'value', '_page: expected the link of an earlier page')
  return Number(offset)
}

function count(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value))
    throw new FhirRefusal(400, 'value', `${name}: expected a number from 0, found ${JSON.stringify(value)}`)
  return Number(value)
}

function choice(name: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value
  throw new FhirRefusal(400, 'value', `${name}: expected one of ${choices.join(', ')}, found ${JSON.stringify(value)}`)
}
