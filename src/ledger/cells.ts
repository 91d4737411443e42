import { AUDIT_TERMS, type Audit, type AuditCell, type AuditTerm } from '../model/audit.ts'
import { type Sent, termOf } from './classify.ts'
import { EXAMPLES, type Strangers } from './strangers.ts'

/** The audit's table, filled message by message. */
export class Cells {
  readonly #byKey = new Map<string, AuditCell>()
  readonly #examples: Partial<Record<AuditTerm, string[]>> = {}
  #planned = 0

  count(sent: Sent, arrivals: AuditCell['arrivals'], body: AuditCell['body'], nameOf: () => string): void {
    const term = termOf(sent, arrivals, body)
    const key = `${sent} ${arrivals} ${body}`
    const cell = this.#byKey.get(key)
    this.#planned++
    this.#byKey.set(key, { outcome: sent, arrivals, body, term, count: (cell?.count ?? 0) + 1 })
    if (term === 'once') return
    this.#examples[term] ??= []
    if (this.#examples[term].length < EXAMPLES) this.#examples[term].push(nameOf())
  }

  /** The table set against the receivers' records. */
  audit(strangers: Strangers): Audit {
    const terms = Object.fromEntries(
      AUDIT_TERMS.map(term => [term, this.#sumOf(cell => cell.term === term)]),
    ) as Record<AuditTerm, number>
    const examples = strangers.examples.length > 0 ? { ...this.#examples, foreign: strangers.examples } : this.#examples
    return {
      evidence: 'receiver',
      planned: this.#planned,
      acknowledged: this.#acknowledged(),
      terms,
      foreign: strangers.count,
      repeats: strangers.repeats,
      cells: [...this.#byKey.values()],
      examples,
      balanced: Object.values(terms).reduce((sum, term) => sum + term, 0) === this.#planned,
    }
  }

  /** What is known where no receiver keeps a record. */
  acknowledgementsOnly(): Audit {
    const known = this.#acknowledged()
    const unknown = Object.fromEntries(AUDIT_TERMS.map(term => [term, null])) as Record<AuditTerm, null>
    return {
      evidence: 'acknowledgements',
      planned: this.#planned,
      acknowledged: known,
      terms: { ...unknown, rejected: known.rejected, unsent: known.unsent },
      foreign: null,
      repeats: null,
      cells: [],
      examples: {},
      balanced: known.accepted + known.rejected + known.unknown + known.unsent === this.#planned,
    }
  }

  #acknowledged(): Audit['acknowledged'] {
    const of = (...sent: Sent[]) => this.#sumOf(cell => sent.includes(cell.outcome))
    return {
      accepted: of('accepted'),
      rejected: of('rejected'),
      unknown: of('unknown', 'mismatched'),
      unsent: of('unsent'),
    }
  }

  #sumOf(holds: (cell: AuditCell) => boolean): number {
    let sum = 0
    for (const cell of this.#byKey.values()) if (holds(cell)) sum += cell.count
    return sum
  }
}
