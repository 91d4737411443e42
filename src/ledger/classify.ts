import type { AuditCell, AuditTerm } from '../model/audit.ts'
import type { Fate } from './fate.ts'

/** The sender's side of a message, as the audit tells it apart. */
export type Sent = AuditCell['outcome']

/** What the sender knows of a message: a message that may have left it and was not plainly answered is unknown. */
export function sentAs({ outcome, attempts }: Fate): Sent {
  if (outcome === 'accepted' || outcome === 'rejected' || outcome === 'mismatched') return outcome
  return outcome === null || attempts === 0 ? 'unsent' : 'unknown'
}

/**
 * The term of the equation for each cell of outcome x arrivals x body. A message that was rejected and is there all the same stays
 * `rejected` (its cell shows it); one that was never sent and is there was sent by somebody else, and counts as foreign besides. Of a Bundle: a torn
 * transaction is corrupted whatever was answered, and an entry that was answered with success must be there once, also when others were not.
 */
export function termOf(sent: Sent, arrivals: AuditCell['arrivals'], body: AuditCell['body']): AuditTerm {
  if (sent === 'unsent') return sent
  if (body === 'torn') return 'corrupted'
  if (body === 'lacking') return 'lost'
  if (body === 'doubled') return 'duplicated'
  if (sent === 'rejected') return sent
  if (body === 'altered') return 'corrupted'
  if (arrivals === 2) return 'duplicated'
  if (sent === 'accepted') return arrivals === 1 ? 'once' : 'lost'
  return arrivals === 1 ? 'unknownArrived' : 'unknownAbsent'
}
