import type { CountName } from '../model/counts.ts'

/**
 * How one exchange on a link ended: with a reply, or `dropped` because no frame of the link could hold the message. `repeated` and
 * `created` = accepted, and the peer says that it had the message already, or had not.
 */
export type ReplyOutcome = 'accepted' | 'repeated' | 'created' | 'rejected' | 'mismatched' | 'dropped'

/** What a refusal that is not final says about sending the message again. */
export interface Refusal {
  /** Wait that the peer asks for, ms; 0 = none. */
  readonly afterMs: number
  /** Most sends of the message that are worth it, the first included. */
  readonly mostAttempts: number
}

/** What a link tells the one who drives it. Callbacks come from the event loop, never from inside `prepare` or `write`. */
export interface LinkEvents {
  /** The link is connected, for the first time or again. */
  opened(link: number): void
  /** Enhanced acknowledgement mode: the message in `slot` was committed; its reply is still to come. */
  committed(link: number, slot: number): void
  /** The message in `slot` was answered; `reason` says why it was not accepted, `alarm` names a finding of its own. */
  replied(link: number, slot: number, outcome: ReplyOutcome, reason: string | null, alarm: string | null): void
  /** A Bundle in `slot` was answered entry by entry, and those at these places, from 0, with a failure; `replied` follows. */
  entriesRefused(link: number, slot: number, places: readonly number[]): void
  /** The message in `slot` was refused for now: it may be sent again unchanged. */
  deferred(link: number, slot: number, reason: string, refusal: Refusal): void
  /** What is counted beyond outcomes. */
  counted(link: number, what: CountName, times: number): void
  /** The peer did something odd that harms no exchange: stray bytes, an answer twice. */
  tolerated(link: number, what: string): void
  /**
   * The coded parts of the error that a rejection carried, or what is wrong with a reply and at which byte; fit to be counted and shown: never a
   * text or value of the peer's.
   */
  explained(link: number, error: string): void
  /** The connection is gone; whatever was in flight on it has an unknown fate. It is dialled again by itself. */
  lost(link: number, reason: string): void
  /** A dial failed; it is tried again by itself. */
  refused(link: number, code: string): void
}

/** One connection to the target with a window of slots; it dials again by itself until it is closed. */
export interface Link {
  readonly isOpen: boolean
  readonly bytesOut: number
  readonly bytesIn: number
  /** TLS handshakes that were done, and those of them that resumed a session; 0 without TLS. */
  readonly handshakes: number
  readonly resumed: number
  /** Renders message `index` for `slot`, which must be free, and the link open. `write` follows in the same turn of the loop. @returns its bytes */
  prepare(slot: number, index: number): number
  /** Hands what was prepared for `slot` to the socket; the reply will name `slot`. */
  write(slot: number): void
  /** Closes the connection and dials again at once: what comes late on the old one is never seen. */
  redial(): void
  close(): void
}
