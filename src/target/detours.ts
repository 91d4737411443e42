import type { MessageFault } from '../model/fault.ts'
import type { MllpConnection } from './mllpConnection.ts'
import type { Reply } from './mllpReply.ts'

/** Longest wait of a reordered answer for the one that goes before it. */
const REORDER_MS = 20

/** The ways that answers take which do not go out as they are ready. */
export interface Detours {
  take(reply: Reply, delayMs: number, odd: ReadonlySet<MessageFault>): void
  close(): void
}

interface Waiting {
  readonly replies: { readonly reply: Reply; readonly delayMs: number }[]
  timer: NodeJS.Timeout
}

/**
 * @param readTimerMs answers wait until no message has come on their connection for so long; 0 = they do not
 * @param add takes an answer that goes its way
 */
export function createDetours(readTimerMs: number, add: (reply: Reply, delayMs: number) => void): Detours {
  const quiet = new Map<MllpConnection, Waiting>()
  const overtaken = new Map<MllpConnection, Waiting>()
  let crossing: Reply | null = null

  const release = (waiting: Map<MllpConnection, Waiting>, connection: MllpConnection) => {
    const held = waiting.get(connection)
    if (held === undefined) return
    clearTimeout(held.timer)
    waiting.delete(connection)
    for (const { reply, delayMs } of held.replies) add(reply, delayMs)
  }

  const hold = (waiting: Map<MllpConnection, Waiting>, reply: Reply, delayMs: number, ms: number) => {
    const { connection } = reply
    const held = waiting.get(connection)
    if (held !== undefined) clearTimeout(held.timer)
    const timer = setTimeout(() => release(waiting, connection), ms)
    waiting.set(connection, { replies: [...(held?.replies ?? []), { reply, delayMs }], timer })
  }

  const cross = (reply: Reply, delayMs: number) => {
    const other = crossing
    crossing = null
    if (other === null || other.connection === reply.connection) {
      crossing = reply
      if (other !== null) add(other, delayMs)
      return
    }
    add({ ...reply, answer: other.answer }, delayMs)
    add({ ...other, answer: reply.answer }, delayMs)
  }

  return {
    take(reply, delayMs, odd) {
      if (odd.has('crossed')) return cross(reply, delayMs)
      if (odd.has('reorder')) return hold(overtaken, reply, delayMs, REORDER_MS)
      if (readTimerMs > 0) return hold(quiet, reply, delayMs, readTimerMs)
      add(reply, delayMs)
      release(overtaken, reply.connection)
    },
    close() {
      for (const { timer } of [...quiet.values(), ...overtaken.values()]) clearTimeout(timer)
      quiet.clear()
      overtaken.clear()
    },
  }
}
