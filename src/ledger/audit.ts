import type { Audit, AuditCell } from '../model/audit.ts'
import type { Identity } from '../workload/identity.ts'
import { DIGEST_BYTES, readArrivals } from './arrivals.ts'
import { Cells } from './cells.ts'
import { sentAs } from './classify.ts'
import { type BundleShape, EntryArrivals } from './entryArrivals.ts'
import type { Fates } from './fate.ts'
import { noStrangers, noteStranger, type Strangers } from './strangers.ts'

/** One load, seen from the sender: what was planned, what became of it, and how to make it again. */
export interface AuditedLoad {
  /** By generator: message i is at position (i - g) / generators of generator g = i mod generators. */
  readonly fates: readonly Fates[]
  readonly identity: Identity
  /** Digest of the body of message `index`, as the receiver's record holds it; valid until the next call. */
  readonly digestOf: (index: number) => Uint8Array
  /** What message `index` is, where its entries are audited one by one; null = they are not, or it is no Bundle. Absent = no message is. */
  readonly bundleOf?: (index: number) => BundleShape | null
}

const ARRIVALS_MASK = 3
const ALTERED = 4

/**
 * Sets the ledgers of a run against the receivers' own records, warm-up included. Memory: one byte for each planned message,
 * and what `EntryArrivals` takes.
 * @param files the receivers' records; null = a receiver keeps none, and only the acknowledgement side is known
 */
export function audit(loads: readonly AuditedLoad[], files: readonly string[] | null): Audit {
  const seen = loads.map(load => new Uint8Array(plannedOf(load)))
  const entries = loads.map(load => new EntryArrivals(plannedOf(load)))
  const strangers = noStrangers()
  for (const file of files ?? []) readRecord(file, loads, seen, entries, strangers)
  const cells = countCells(loads, seen, entries, strangers)
  return files === null ? cells.acknowledgementsOnly() : cells.audit(strangers)
}

/** Messages of a load that were planned, over all its generators. */
export function plannedOf({ fates }: AuditedLoad): number {
  return fates.reduce(
    (most, { planned }, generator) =>
      planned === 0 ? most : Math.max(most, (planned - 1) * fates.length + generator + 1),
    0,
  )
}

function readRecord(
  file: string,
  loads: readonly AuditedLoad[],
  seen: readonly Uint8Array[],
  entries: readonly EntryArrivals[],
  strangers: Strangers,
): void {
  for (const { bytes, kind, entry, identityStart, identityEnd, digestStart } of readArrivals(file)) {
    let index = -1
    const which = loads.findIndex(({ identity }, load) => {
      index = identity.parse(bytes, identityStart, identityEnd - identityStart)
      return index >= 0 && index < seen[load]!.length
    })
    if (entry > 0) entries[which]?.arrived(index, entry, kind)
    else if (which === -1) noteStranger(strangers, bytes.toString('latin1', identityStart, identityEnd))
    else {
      const before = seen[which]![index]!
      if (kind === 'repeat' || (kind === 'read' && before !== 0)) strangers.repeats++
      // A repeat of what the message's own earlier arrival left is no second arrival; of what was there before the run, it is the first. What
      // reads may be sent as often as one likes.
      if (kind !== 'stored' && before !== 0) continue
      beginBundle(loads[which]!, entries[which]!, index)
      const equal =
        bytes.compare(loads[which]!.digestOf(index), 0, DIGEST_BYTES, digestStart, digestStart + DIGEST_BYTES) === 0
      seen[which]![index] = Math.min(2, (before & ARRIVALS_MASK) + 1) | (before & ALTERED) | (equal ? 0 : ALTERED)
    }
  }
}

function beginBundle({ bundleOf }: AuditedLoad, entries: EntryArrivals, index: number): void {
  const bundle = bundleOf?.(index) ?? null
  if (bundle !== null) entries.begin(index, bundle)
}

function countCells(
  loads: readonly AuditedLoad[],
  seen: readonly Uint8Array[],
  entries: readonly EntryArrivals[],
  strangers: Strangers,
): Cells {
  const cells = new Cells()
  for (const [i, { fates, identity }] of loads.entries()) {
    for (const [generator, share] of fates.entries()) {
      for (let position = 0; position < share.planned; position++) {
        const index = generator + position * fates.length
        const state = seen[i]![index]!
        const sent = sentAs(share.get(position))
        if (sent === 'unsent' && state !== 0) noteStranger(strangers, identity.text(index))
        const refused = share.refusedEntries(position)
        // It was answered entry by entry: those with success must be there, even if there is no record of the whole.
        if (refused !== null) beginBundle(loads[i]!, entries[i]!, index)
        const { arrivals, flaw } = entries[i]!.found(index, sent, refused) ?? {
          arrivals: (state & ARRIVALS_MASK) as AuditCell['arrivals'],
          flaw: null,
        }
        const body = flaw ?? (arrivals === 0 ? 'absent' : (state & ALTERED) === 0 ? 'equal' : 'altered')
        cells.count(sent, arrivals, body, () => identity.text(index))
      }
    }
  }
  return cells
}
