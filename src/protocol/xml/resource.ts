import { SaxesParser, type SaxesTagNS } from 'saxes'
import { MOST_NESTED } from '../json/nesting.ts'

const FHIR = 'http://hl7.org/fhir'
/** Longest body that is parsed: a parser takes a second for some 15 MB of tags, and the connections wait meanwhile. */
export const MOST_PARSED_BYTES = 16 * 1024 * 1024

/** What is looked at of a resource. */
export interface XmlResource {
  readonly resourceType: string
  /** The first that is a number; null = none is. */
  readonly total: number | null
  /** Each `Bundle.entry.response.status`, as it is. */
  readonly statuses: readonly string[]
  /** Entries whose `search.mode` is `match` or is not there. */
  readonly matches: number
  /** URL of the first link whose relation is `next`, empty when it has none; null = there is no such link. */
  readonly next: string | null
}

class Refused extends Error {}

/**
 * Parses a whole body, which may be anybody's: no document type is taken, so that there are no entities to expand; elements are nested at most
 * `MOST_NESTED` deep. Returns the resource, or what is wrong with the body; never throws.
 */
export function parseXmlResource(body: Buffer): XmlResource | string {
  if (body.length > MOST_PARSED_BYTES) return `XML body longer than ${MOST_PARSED_BYTES} bytes`
  const text = decoded(body)
  if (text === null) return 'body is no UTF-8'
  const reader = new ResourceReader()
  try {
    return reader.read(text)
  } catch (error) {
    if (error instanceof Refused) return error.message
    return 'body is no well-formed XML'
  }
}

class ResourceReader {
  readonly #parser = new SaxesParser({ xmlns: true })
  readonly #path: string[] = []
  readonly #statuses: string[] = []
  #total: number | null = null
  #root = ''
  #matches = 0
  #link = { relation: '', url: '' }
  #next: string | null = null

  read(text: string): XmlResource {
    const parser = this.#parser
    parser.on('error', error => {
      throw error
    })
    parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
      if (encoding.toLowerCase() !== 'utf-8') throw new Refused('XML declared to be no UTF-8')
    })
    parser.on('doctype', () => {
      throw new Refused('body with a document type')
    })
    parser.on('opentag', tag => this.#open(tag))
    parser.on('closetag', () => {
      if (this.#path.length === 2 && this.#path[1] === 'link' && this.#link.relation === 'next')
        this.#next ??= this.#link.url
      this.#path.pop()
    })
    parser.write(text).close()
    return {
      resourceType: this.#root,
      total: this.#total,
      statuses: this.#statuses,
      matches: this.#matches,
      next: this.#next,
    }
  }

  #open({ local, uri, attributes }: SaxesTagNS): void {
    if (this.#path.length === MOST_NESTED) throw new Refused(`body nested deeper than ${MOST_NESTED} levels`)
    if (this.#path.length === 0) {
      if (uri !== FHIR) throw new Refused('XML that is no FHIR')
      this.#root = local
    }
    this.#path.push(uri === FHIR ? local : `${uri} ${local}`)
    const value = attributes.value?.value
    if (this.#path.length > 1 && this.#path.length < 5) this.#take(this.#path.slice(1).join('/'), value)
  }

  #take(path: string, value: string | undefined): void {
    if (path === 'entry') this.#matches++
    else if (path === 'link') this.#link = { relation: '', url: '' }
    if (value === undefined) return
    if (path === 'link/relation') this.#link.relation = value
    else if (path === 'link/url') this.#link.url = value
    else if (path === 'entry/search/mode' && value !== 'match') this.#matches--
    else if (path === 'total' && /^\d{1,15}$/.test(value)) this.#total ??= Number(value)
    else if (path === 'entry/response/status') this.#statuses.push(value)
  }
}

/** FHIR's XML is UTF-8 (FHIR R4, section 2.6.1). */
function decoded(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
}
