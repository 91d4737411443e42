import type { AuditCell } from '../model/audit.ts'
import type { ArrivalKind } from './arrivals.ts'
import type { Sent } from './classify.ts'

/** What the audit of entries goes by. */
export interface BundleShape {
  readonly entries: number
  /** A transaction: carried out wholly or not at all. */
  readonly isAtomic: boolean
}

/** What is there of a Bundle. `flaw`: what its entries tell and the record of the whole cannot; null = nothing. */
export interface BundleFound {
  readonly arrivals: AuditCell['arrivals']
  readonly flaw: 'torn' | 'lacking' | 'doubled' | null
}

/** Before the counts of each Bundle: its entries, twice, and 1 when it is atomic. */
const HEAD_BYTES = 4
const NONE = 0

/** How often each entry of a load's Bundles arrived. Memory: a byte for each entry, and four for each planned message once there is a Bundle. */
export class EntryArrivals {
  readonly #planned: number
  /** Where the counts of each message are; 0 = it has none. */
  #starts: Uint32Array | null = null
  #counts = Buffer.alloc(1024)
  #used = HEAD_BYTES

  constructor(planned: number) {
    this.#planned = planned
  }

  /** Makes room for the entries of message `index`. */
  begin(index: number, { entries, isAtomic }: BundleShape): void {
    this.#starts ??= new Uint32Array(this.#planned)
    if (this.#starts[index] !== NONE) return
    const end = this.#used + HEAD_BYTES + entries
    if (end > this.#counts.length) this.#counts = Buffer.concat([this.#counts], Math.max(end, this.#counts.length * 2))
    this.#starts[index] = this.#used
    this.#counts.writeUInt32LE(entries * 2 + (isAtomic ? 1 : 0), this.#used)
    this.#used = end
  }

  /** @param entry place in its Bundle, from 1 */
  arrived(index: number, entry: number, kind: ArrivalKind): void {
    const start = this.#startOf(index)
    if (start === NONE || entry > this.#shapeAt(start).entries) return
    const at = start + HEAD_BYTES + entry - 1
    const before = this.#counts[at]!
    // As with whole messages: only what is stored counts twice.
    if (kind === 'stored') this.#counts[at] = Math.min(2, before + 1)
    else if (before === 0) this.#counts[at] = 1
  }

  /**
   * Of message `index`, whose entries at the places `refused` (from 0; null = not told one by one) were answered with a failure. Null = it is no Bundle,
   * or has not arrived and was not answered entry by entry.
   */
  found(index: number, sent: Sent, refused: readonly number[] | null): BundleFound | null {
    const start = this.#startOf(index)
    if (start === NONE) return null
    const { entries, isAtomic } = this.#shapeAt(start)
    const counts = this.#counts.subarray(start + HEAD_BYTES, start + HEAD_BYTES + entries)
    const arrivals = counts.reduce((most, count) => Math.max(most, count), 0) as AuditCell['arrivals']
    if (isAtomic && arrivals > 0 && counts.includes(0)) return { arrivals, flaw: 'torn' }
    const isOwed = owed(sent, refused)
    const timesOwed = counts.filter((_, place) => isOwed(place))
    if (timesOwed.includes(0) && (arrivals > 0 || sent === 'rejected')) return { arrivals, flaw: 'lacking' }
    return { arrivals, flaw: sent === 'rejected' && timesOwed.includes(2) ? 'doubled' : null }
  }

  #startOf(index: number): number {
    return this.#starts?.[index] ?? NONE
  }

  #shapeAt(start: number): BundleShape {
    const head = this.#counts.readUInt32LE(start)
    return { entries: head >>> 1, isAtomic: head % 2 === 1 }
  }
}

/** Whether the entry at a place was answered with success, and so must be there. */
function owed(sent: Sent, refused: readonly number[] | null): (place: number) => boolean {
  if (sent === 'accepted') return () => true
  if (sent !== 'rejected' || refused === null) return () => false
  const places = new Set(refused)
  return place => !places.has(place)
}
