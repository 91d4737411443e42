import { createDueHeap } from './dueHeap.ts'

/** setTimeout counts whole milliseconds and may fire one late: the last stretch before an answer is due is watched. */
const WATCH_MS = 1.5
/** A nap this short leaves the core to others and delays what arrives meanwhile by no more than itself. */
const NAP_MS = 0.1
/** Linux wakes a sleeper about 50 microseconds late (timer slack): a shorter nap would oversleep. */
const SHORTEST_NAP_MS = 0.06

const nobody = new Int32Array(new SharedArrayBuffer(4))

/** Replies, each due after a delay of its own whatever the others do. */
export interface ReplyQueue<T> {
  /** `delayMs` from now; 0 = in this turn of the event loop. */
  add(reply: T, delayMs: number): void
  /** Sends nothing for `stallMs` from now, what is already queued included. */
  stall(stallMs: number): void
  /** Asks for a commit at the end of this turn even if no reply is due. */
  wake(): void
  /** Forgets what is queued. */
  close(): void
}

/** Calls `commit` at most once per turn of the event loop, with all replies due by then in the order they are due. */
export function createReplyQueue<T>(commit: (due: readonly T[]) => void): ReplyQueue<T> {
  const delayed = createDueHeap<T>()
  let due: T[] = []
  let heldUntilMs = 0
  let added = false
  let woken = false
  let immediate: NodeJS.Immediate | null = null
  let timer: NodeJS.Timeout | null = null
  let timerMs = Number.POSITIVE_INFINITY
  let closed = false

  const turn = () => {
    immediate = null
    const nowMs = performance.now()
    if (nowMs >= heldUntilMs) takeDue(nowMs)
    const sent = nowMs >= heldUntilMs && due.length > 0
    if (sent || woken) commitDue(sent)
    const idle = !added && !sent
    added = false
    plan(idle)
  }

  const takeDue = (nowMs: number) => {
    for (let reply = delayed.take(nowMs); reply !== undefined; reply = delayed.take(nowMs)) due.push(reply)
  }

  const commitDue = (sent: boolean) => {
    const replies = sent ? due : []
    if (sent) due = []
    woken = false
    commit(replies)
  }

  const plan = (idle: boolean) => {
    if (closed || immediate !== null) return
    const nextMs = woken ? 0 : Math.max(due.length > 0 ? 0 : delayed.nextMs(), heldUntilMs)
    if (nextMs === Number.POSITIVE_INFINITY) return
    const remainingMs = nextMs - performance.now()
    if (remainingMs > WATCH_MS + 1) return sleepUntil(nextMs, remainingMs)
    if (idle && remainingMs > SHORTEST_NAP_MS)
      Atomics.wait(nobody, 0, 0, Math.min(NAP_MS, remainingMs - SHORTEST_NAP_MS / 2))
    immediate = setImmediate(turn)
  }

  const sleepUntil = (nextMs: number, remainingMs: number) => {
    if (timer !== null && timerMs <= nextMs) return
    if (timer !== null) clearTimeout(timer)
    timerMs = nextMs
    timer = setTimeout(awake, Math.floor(remainingMs - WATCH_MS))
  }

  const awake = () => {
    timer = null
    plan(false)
  }

  return {
    add(reply, delayMs) {
      added = true
      if (delayMs > 0) delayed.add(performance.now() + delayMs, reply)
      else due.push(reply)
      plan(false)
    },
    stall(stallMs) {
      heldUntilMs = Math.max(heldUntilMs, performance.now() + stallMs)
    },
    wake() {
      woken = true
      plan(false)
    },
    close() {
      closed = true
      due = []
      if (timer !== null) clearTimeout(timer)
      if (immediate !== null) clearImmediate(immediate)
    },
  }
}
