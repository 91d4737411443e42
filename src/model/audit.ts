/** Where every planned message ended; the terms of the audit's equation. */
export const AUDIT_TERMS = [
  'once',
  'duplicated',
  'lost',
  'corrupted',
  'rejected',
  'unknownArrived',
  'unknownAbsent',
  'unsent',
] as const
export type AuditTerm = (typeof AUDIT_TERMS)[number]

/**
 * planned = once + duplicated + lost + corrupted + rejected + unknown-arrived + unknown-absent + unsent.
 * Without a receiver's record only the acknowledgement side is known: the terms that need it are null.
 */
export interface Audit {
  /** `receiver`: set against the receiver's own record. `acknowledgements`: the target keeps none that we can read. */
  readonly evidence: 'receiver' | 'acknowledgements'
  readonly planned: number
  /** What the sender knows by itself: these four add up to planned as well. */
  readonly acknowledged: {
    readonly accepted: number
    readonly rejected: number
    readonly unknown: number
    readonly unsent: number
  }
  readonly terms: Readonly<Record<AuditTerm, number | null>>
  /** Arrivals of identities that nobody planned; null without a receiver's record. */
  readonly foreign: number | null
  /** Arrivals that the receiver recognised as repeats and did not store again, and reads that came again. */
  readonly repeats: number | null
  /** The whole table: outcome x arrivals x body, every cell that is not 0. */
  readonly cells: readonly AuditCell[]
  /** Up to 20 identities for each term that should be 0. */
  readonly examples: Readonly<Partial<Record<AuditTerm | 'foreign', readonly string[]>>>
  /** Whether the terms add up to planned. */
  readonly balanced: boolean
  /** By receiver behind a SUT that forwards; absent when it does not. */
  readonly downstream?: readonly ReceiverAudit[]
}

/** What one receiver behind a SUT that forwards got, set against what the scenario declares. Arrivals, not messages. */
export interface ReceiverAudit {
  readonly name: string
  /** Arrivals that the accepted messages were to have here. */
  readonly declared: number
  /** Declared and not there. */
  readonly missing: number
  /** More of a message than declared. */
  readonly extra: number
  /** Of planned messages that were to arrive elsewhere only. */
  readonly misrouted: number
  /** Of identities that nobody planned. */
  readonly foreign: number
  /** Messages whose body differed; null = bodies are not compared. */
  readonly altered: number | null
}

export interface AuditCell {
  readonly outcome: 'accepted' | 'rejected' | 'mismatched' | 'unknown' | 'unsent'
  /** 2 = two or more. Behind a SUT that forwards: 0 = fewer than declared, 1 = as declared, 2 = more. */
  readonly arrivals: 0 | 1 | 2
  /**
   * `notCompared`: the SUT in between may write bodies anew. Of Bundles that arrived as they were sent: `torn` = a part of a transaction was stored,
   * `lacking` = an entry that was answered with success was not, `doubled` = such an entry of a Bundle that was rejected for others was stored twice.
   */
  readonly body: 'equal' | 'altered' | 'absent' | 'notCompared' | 'torn' | 'lacking' | 'doubled'
  readonly term: AuditTerm
  readonly count: number
}
