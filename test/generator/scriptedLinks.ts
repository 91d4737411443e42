import type { Link, LinkEvents, Refusal, ReplyOutcome } from '../../src/protocol/link.ts'
import type { VirtualClock } from './virtualClock.ts'

/** What the peer does with the message it gets: answer after a while, or never. */
export type Answer =
  | {
      /** Infinite = never, after the commit perhaps. */
      readonly afterMs: number
      readonly commitMs?: number
      readonly outcome?: ReplyOutcome
      readonly thenCloses?: boolean
      /** Refused for now. */
      readonly deferred?: Refusal
    }
  | 'never'
  | 'disconnect'

export interface Sent {
  readonly link: number
  readonly slot: number
  readonly index: number
  readonly atMs: number
}

/** Links to a peer that answers by a script, on a virtual clock. */
export function scriptedLinks(
  clock: VirtualClock,
  events: LinkEvents,
  count: number,
  answer: (sent: Sent, nth: number) => Answer,
  makeMessage: () => void = () => {},
) {
  const sent: Sent[] = []
  const links = Array.from({ length: count }, (_, id): Link & { drop(): void } => {
    const prepared = new Map<number, number>()
    let generation = 0
    let isOpen = true
    const reopen = () => {
      const mine = ++generation
      isOpen = false
      clock.after(0, () => {
        if (mine !== generation) return
        isOpen = true
        events.opened(id)
      })
    }
    return {
      get isOpen() {
        return isOpen
      },
      bytesOut: 0,
      bytesIn: 0,
      handshakes: 0,
      resumed: 0,
      prepare(slot, index) {
        makeMessage()
        prepared.set(slot, index)
        return 1
      },
      write(slot) {
        const message = { link: id, slot, index: prepared.get(slot)!, atMs: clock.now() }
        prepared.delete(slot)
        const what = answer(message, sent.push(message) - 1)
        const mine = generation
        if (what === 'never') return
        if (what === 'disconnect') return void clock.after(0, () => this.drop())
        if (what.commitMs !== undefined)
          clock.after(what.commitMs, () => mine === generation && events.committed(id, slot))
        if (what.afterMs === Number.POSITIVE_INFINITY) return
        clock.after(what.afterMs, () => {
          if (mine !== generation) return
          if (what.thenCloses) reopen()
          if (what.deferred) return events.deferred(id, slot, 'scripted', what.deferred)
          events.replied(id, slot, what.outcome ?? 'accepted', what.outcome ? 'scripted' : null, null)
        })
      },
      drop() {
        reopen()
        events.lost(id, 'ECONNRESET')
      },
      redial: reopen,
      close() {
        generation++
      },
    }
  })
  return { links, sent }
}
