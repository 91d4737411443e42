import { AUDIT_TERMS, type Audit, type AuditCell, type AuditTerm } from '../model/audit.ts'
import type { Identity } from '../workload/identity.ts'
import { DIGEST_BYTES, readArrivals } from './arrivals.ts'
import { type Sent, sentAs, termOf } from './classify.ts'
import type { Fates } from './fate.ts'

/** One load, seen from the sender: what was planned, what became of it, and how to make it again. */
export interface AuditedLoad {
  /** By generator: message i is at position (i - g) / generators of generator g = i mod generators. */
  readonly fates: readonly Fates[]
  readonly identity: Identity
  /** Digest of the body of message `index`, as the receiver's record holds it; valid until the next call. */
  readonly digestOf: (index: number) => Uint8Array
}

const EXAMPLES = 20
const ARRIVALS_MASK = 3
const ALTERED = 4

/**
 * Sets the ledgers of a run against the receivers' own records, warm-up included. Memory: one byte for each planned message.
 * @param files the receivers' records; null = a receiver keeps none, and only the acknowledgement side is known
 */
export function audit(loads: readonly AuditedLoad[], files: readonly string[] | null): Audit {
  const seen = loads.map(load => new Uint8Array(plannedOf(load)))
  const strangers = { count: 0, repeats: 0, examples: [] as string[] }
  for (const file of files ?? []) readRecord(file, loads, seen, strangers)
  const cells = countCells(loads, seen, strangers)
  return files === null ? acknowledgementsOnly(cells) : withRecord(cells, strangers)
}

function plannedOf({ fates }: AuditedLoad): number {
  return fates.reduce(
    (most, { planned }, generator) =>
      planned === 0 ? most : Math.max(most, (planned - 1) * fates.length + generator + 1),
    0,
  )
}

interface Strangers {
  count: number
  repeats: number
  readonly examples: string[]
}

function readRecord(
  file: string,
  loads: readonly AuditedLoad[],
  seen: readonly Uint8Array[],
  strangers: Strangers,
): void {
  for (const { bytes, kind, identityStart, identityEnd, digestStart } of readArrivals(file)) {
    let index = -1
    const which = loads.findIndex(({ identity }, load) => {
      index = identity.parse(bytes, identityStart, identityEnd - identityStart)
      return index >= 0 && index < seen[load]!.length
    })
    if (which === -1) noteStranger(strangers, bytes.toString('latin1', identityStart, identityEnd))
    else {
      const before = seen[which]![index]!
      if (kind === 'repeat') strangers.repeats++
      // A repeat of what the message's own earlier arrival left is no second arrival; of what was there before the run, it is the first.
      if (kind === 'repeat' && before !== 0) continue
      const equal =
        bytes.compare(loads[which]!.digestOf(index), 0, DIGEST_BYTES, digestStart, digestStart + DIGEST_BYTES) === 0
      seen[which]![index] = Math.min(2, (before & ARRIVALS_MASK) + 1) | (before & ALTERED) | (equal ? 0 : ALTERED)
    }
  }
}

function noteStranger(strangers: Strangers, identity: string): void {
  strangers.count++
  if (strangers.examples.length < EXAMPLES) strangers.examples.push(identity)
}

interface Cells {
  readonly byKey: Map<string, AuditCell>
  readonly examples: Partial<Record<AuditTerm, string[]>>
  planned: number
}

function countCells(loads: readonly AuditedLoad[], seen: readonly Uint8Array[], strangers: Strangers): Cells {
  const cells: Cells = { byKey: new Map(), examples: {}, planned: 0 }
  for (const [i, { fates, identity }] of loads.entries()) {
    for (const [generator, share] of fates.entries()) {
      for (let position = 0; position < share.planned; position++) {
        const index = generator + position * fates.length
        const state = seen[i]![index]!
        const sent = sentAs(share.get(position))
        if (sent === 'unsent' && state !== 0) noteStranger(strangers, identity.text(index))
        count(cells, sent, state, () => identity.text(index))
      }
    }
  }
  return cells
}

function count(cells: Cells, sent: Sent, state: number, nameOf: () => string): void {
  const arrivals = (state & ARRIVALS_MASK) as AuditCell['arrivals']
  const body = arrivals === 0 ? 'absent' : (state & ALTERED) === 0 ? 'equal' : 'altered'
  const term = termOf(sent, arrivals, body)
  const key = `${sent} ${arrivals} ${body}`
  const cell = cells.byKey.get(key)
  cells.planned++
  cells.byKey.set(key, { outcome: sent, arrivals, body, term, count: (cell?.count ?? 0) + 1 })
  if (term === 'once') return
  cells.examples[term] ??= []
  if (cells.examples[term].length < EXAMPLES) cells.examples[term].push(nameOf())
}

function withRecord(cells: Cells, strangers: Strangers): Audit {
  const terms = Object.fromEntries(AUDIT_TERMS.map(term => [term, sumOf(cells, cell => cell.term === term)])) as Record<
    AuditTerm,
    number
  >
  const examples = strangers.examples.length > 0 ? { ...cells.examples, foreign: strangers.examples } : cells.examples
  return {
    evidence: 'receiver',
    planned: cells.planned,
    acknowledged: acknowledged(cells),
    terms,
    foreign: strangers.count,
    repeats: strangers.repeats,
    cells: [...cells.byKey.values()],
    examples,
    balanced: Object.values(terms).reduce((sum, term) => sum + term, 0) === cells.planned,
  }
}

function acknowledgementsOnly(cells: Cells): Audit {
  const known = acknowledged(cells)
  const unknown = Object.fromEntries(AUDIT_TERMS.map(term => [term, null])) as Record<AuditTerm, null>
  return {
    evidence: 'acknowledgements',
    planned: cells.planned,
    acknowledged: known,
    terms: { ...unknown, rejected: known.rejected, unsent: known.unsent },
    foreign: null,
    repeats: null,
    cells: [],
    examples: {},
    balanced: known.accepted + known.rejected + known.unknown + known.unsent === cells.planned,
  }
}

function acknowledged(cells: Cells): Audit['acknowledged'] {
  const of = (...sent: Sent[]) => sumOf(cells, cell => sent.includes(cell.outcome))
  return {
    accepted: of('accepted'),
    rejected: of('rejected'),
    unknown: of('unknown', 'mismatched'),
    unsent: of('unsent'),
  }
}

function sumOf(cells: Cells, holds: (cell: AuditCell) => boolean): number {
  let sum = 0
  for (const cell of cells.byKey.values()) if (holds(cell)) sum += cell.count
  return sum
}
