import { hash } from 'node:crypto'
import type { ReadPage } from './format.ts'

/** Longest next link that is followed, characters. */
export const LONGEST_LINK = 8192

/** The pages of one search, read one after the other: what they add up to, and where the next one is. */
export class Paging {
  readonly #base: URL
  /** Without a trailing slash. */
  readonly #basePath: string
  /** Digests of the links that were followed: links can be long, and pages many. */
  readonly #followed = new Set<string>()
  #total: number | null = null
  #matches = 0
  /** Pages that were read of this search. */
  read = 0
  /** Path and query of the next page below the base; null = no further one is to be read. */
  next: string | null = null
  /** Whether there is a further page, beyond the limit. */
  isCut = false

  /** @param base URL of the FHIR base, without a trailing slash */
  constructor(base: string) {
    this.#base = new URL(`${base}/`)
    this.#basePath = this.#base.pathname.slice(0, -1)
  }

  /** Another search, or the same one again, from its first page. */
  begin(): void {
    this.#followed.clear()
    this.#matches = 0
    this.read = 0
    this.next = null
    this.isCut = false
  }

  /** Takes the page that was read, of `limit` at most. Returns what is wrong with it, or null. */
  take({ total, matches, next }: ReadPage, limit: number): string | null {
    if (this.read === 0) this.#total = typeof total === 'number' ? total : null
    this.read++
    this.#matches += matches
    this.next = null
    if (this.#total !== null && this.#matches > this.#total) return 'more entries over the pages than total'
    if (next === null) return this.#matches < (this.#total ?? 0) ? 'fewer entries over the pages than total' : null
    this.isCut = this.read >= limit
    return this.isCut ? null : this.#follow(next)
  }

  /** Servers write links absolute, or relative to their base (FHIR R4, Service Base URL); requests go nowhere else. */
  #follow(link: string): string | null {
    if (link.length > LONGEST_LINK) return `next link longer than ${LONGEST_LINK} characters`
    const url = link === '' ? null : URL.parse(link, this.#base.href)
    if (url === null) return 'next link that is no URL'
    if (url.origin !== this.#base.origin) return 'next link to another origin'
    if (url.pathname !== this.#basePath && !url.pathname.startsWith(`${this.#basePath}/`))
      return 'next link outside the FHIR base'
    const target = url.pathname.slice(this.#basePath.length) + url.search
    const digest = hash('sha256', target, 'base64')
    if (this.#followed.has(digest)) return 'next link that was followed before'
    this.#followed.add(digest)
    this.next = target
    return null
  }
}
