import type { Endpoint } from '../model/scenario.ts'
import { Dialled } from '../protocol/dial.ts'
import { createAck, readAck } from '../protocol/mllp/ack.ts'
import { createMllpDecoder, type MllpDecoder } from '../protocol/mllp/decoder.ts'
import { MAX_BODY_BYTES } from './startedTarget.ts'

/** A message on its way to one route, framed. */
export interface Delivery {
  readonly frame: Uint8Array
  /** MSH-10 of the message in the frame. */
  readonly id: Uint8Array
  /** Told once, with the acknowledgement code of the route. */
  readonly done: (code: string) => void
}

/** The sender's side of a relay towards one route: a queue, and connections with one message in flight on each. */
export interface RelayOutlet {
  /** Messages that wait or are in flight. */
  readonly queued: number
  deliver(delivery: Delivery): void
  close(): void
}

/**
 * What was in flight on a connection that ended, or was not answered within `timeoutMs`, is sent again on another, as MLLP senders do:
 * at least once, never given up.
 */
export function openOutlet(endpoint: Endpoint, connections: number, timeoutMs: number): RelayOutlet {
  const queue = createQueue()
  const lines = Array.from({ length: connections }, () => new OutletLine(endpoint, queue, timeoutMs))
  return {
    get queued() {
      return queue.length + lines.filter(line => line.isBusy).length
    },
    deliver(delivery) {
      queue.push(delivery)
      lines.find(line => line.isIdle)?.next()
    },
    close() {
      for (const line of lines) line.close()
    },
  }
}

interface Queue {
  readonly length: number
  push(delivery: Delivery): void
  /** Puts back what was taken. */
  putBack(delivery: Delivery): void
  take(): Delivery | undefined
}

function createQueue(): Queue {
  let first: Delivery[] = []
  let rest: Delivery[] = []
  return {
    get length() {
      return first.length + rest.length
    },
    push: delivery => void rest.push(delivery),
    putBack: delivery => void first.push(delivery),
    take() {
      // Two stacks: a shift of a long array moves all of it.
      if (first.length === 0) {
        first = rest.reverse()
        rest = []
      }
      return first.pop()
    },
  }
}

class OutletLine {
  readonly #queue: Queue
  readonly #connection: Dialled
  readonly #ack = createAck()
  #decoder: MllpDecoder
  #inFlight: Delivery | null = null
  readonly #timeoutMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(endpoint: Endpoint, queue: Queue, timeoutMs: number) {
    this.#queue = queue
    this.#timeoutMs = timeoutMs
    this.#decoder = this.#newDecoder()
    this.#connection = new Dialled({
      tls: null,
      ...endpoint,
      connectTimeoutMs: timeoutMs,
      onOpen: () => this.next(),
      onBytes: (bytes, length) => this.#decoder.push(bytes, 0, length),
      onLost: () => this.#putBack(),
      onRefused: () => {},
    })
    this.#connection.dial()
  }

  get isBusy(): boolean {
    return this.#inFlight !== null
  }

  get isIdle(): boolean {
    return this.#inFlight === null && this.#connection.isOpen
  }

  next(): void {
    if (!this.isIdle) return
    const delivery = this.#queue.take()
    if (delivery === undefined) return
    this.#inFlight = delivery
    this.#timer = setTimeout(() => this.#overdue(), this.#timeoutMs)
    this.#connection.write(delivery.frame)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#connection.close()
  }

  #overdue(): void {
    this.#connection.redial()
    this.#putBack()
  }

  #answered(bytes: Uint8Array, start: number, end: number): void {
    const { code, idStart, idEnd } = readAck(bytes, start, end, this.#ack)
    const delivery = this.#inFlight
    // An answer to another message, such as one that came after all, is nobody's here.
    if (code === null || delivery === null || !isSame(delivery.id, bytes.subarray(idStart, idEnd))) return
    this.#inFlight = null
    clearTimeout(this.#timer)
    this.#connection.proven()
    delivery.done(code)
    this.next()
  }

  #putBack(): void {
    this.#decoder = this.#newDecoder()
    clearTimeout(this.#timer)
    if (this.#inFlight !== null) this.#queue.putBack(this.#inFlight)
    this.#inFlight = null
  }

  #newDecoder(): MllpDecoder {
    const decoder: MllpDecoder = createMllpDecoder({
      maxFrameBytes: MAX_BODY_BYTES,
      onFrame: (bytes, start, end) => decoder === this.#decoder && this.#answered(bytes, start, end),
      onError: () => {},
    })
    return decoder
  }
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
