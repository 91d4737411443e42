import type { Audit, AuditCell, ReceiverAudit } from '../model/audit.ts'
import { DIGEST_BYTES, readArrivals } from './arrivals.ts'
import { type AuditedLoad, plannedOf } from './audit.ts'
import { Cells } from './cells.ts'
import { type Sent, sentAs } from './classify.ts'
import { noStrangers, noteStranger, type Strangers, sumOfStrangers } from './strangers.ts'

/** A load whose messages are looked for behind a SUT that forwards. `digestOf`: of all but the MSH segment. */
export interface FollowedLoad extends AuditedLoad {
  /** `MSH-9.1^MSH-9.2` of message `index`. */
  readonly typeOf: (index: number) => string
}

/** A receiver behind the SUT, and what is declared to arrive there. */
export interface FollowedReceiver {
  readonly name: string
  readonly arrivalsFile: string
  /** Times that a message of this type is to arrive, 0 to 100; a number = of every type. */
  readonly copies: number | ((type: string) => number)
  readonly comparesBody: boolean
  /** Added to the times of the record to get the machine's clock, ms. */
  readonly toMachineMs: number
}

const COUNT = 0x7f
const ALTERED = 0x80

/** One receiver's side of one load. */
interface Route {
  /** By message: arrivals declared. */
  readonly declared: Uint8Array
  /** By message: arrivals (up to 127), and whether a body differed. */
  readonly seen: Uint8Array
}

interface FollowedMessage {
  /** By message: receivers at which not all that is declared has arrived. */
  readonly open: Uint8Array
  /** By message: when the last of what is declared arrived so far, ms on the machine's clock. */
  readonly lastMs: Float64Array
}

/**
 * Follows the messages of a run through the SUT by the records of the receivers behind it, which may still grow. Memory: nine bytes for each
 * planned message, and two more for each receiver.
 */
export class Follower {
  readonly #loads: readonly FollowedLoad[]
  readonly #receivers: readonly FollowedReceiver[]
  readonly #sent: readonly ((index: number) => Sent)[]
  readonly #messages: readonly FollowedMessage[]
  /** By receiver and load. */
  readonly #routes: readonly (readonly Route[])[]
  readonly #strangers: readonly (Strangers & { misrouted: number })[]
  readonly #offsets: number[]
  #missing = 0
  /** Index of the message that `#loadOf` found. */
  #found = -1

  constructor(loads: readonly FollowedLoad[], receivers: readonly FollowedReceiver[]) {
    this.#loads = loads
    this.#receivers = receivers
    this.#sent = loads.map(({ fates }) => index => {
      const share = fates[index % fates.length]!
      return sentAs(share.get(Math.floor(index / fates.length)))
    })
    const planned = loads.map(plannedOf)
    this.#messages = planned.map(count => ({ open: new Uint8Array(count), lastMs: new Float64Array(count) }))
    this.#routes = receivers.map(({ copies }) =>
      planned.map((count, load) => ({ declared: this.#declare(copies, load, count), seen: new Uint8Array(count) })),
    )
    this.#strangers = receivers.map(() => ({ ...noStrangers(), misrouted: 0 }))
    this.#offsets = receivers.map(() => 0)
  }

  /** Messages by receiver that were accepted and have not arrived as often as declared. */
  get missing(): number {
    return this.#missing
  }

  /** Arrivals that are recorded since the last call; how many. */
  read(): number {
    let entries = 0
    for (const [receiver, { arrivalsFile, toMachineMs }] of this.#receivers.entries()) {
      const reader = readArrivals(arrivalsFile, this.#offsets[receiver]!)
      let step = reader.next()
      for (; !step.done; step = reader.next()) {
        const { bytes, identityStart, identityEnd, digestStart, timeMs } = step.value
        const load = this.#loadOf(bytes, identityStart, identityEnd)
        const digest = bytes.subarray(digestStart, digestStart + DIGEST_BYTES)
        if (load === -1) noteStranger(this.#strangers[receiver]!, bytes.toString('latin1', identityStart, identityEnd))
        else this.#arrived(receiver, load, this.#found, digest, timeMs + toMachineMs)
        entries++
      }
      this.#offsets[receiver] = step.value.wholeBytes
    }
    return entries
  }

  /** When all that is declared of a message had arrived, ms on the machine's clock; infinity = it never had, NaN = nothing is declared. */
  arrivedMs(load: number, index: number): number {
    const { open, lastMs } = this.#messages[load]!
    if (open[index]! > 0) return Number.POSITIVE_INFINITY
    return lastMs[index] === 0 ? Number.NaN : lastMs[index]!
  }

  /** What became of every message. */
  audit(): Audit {
    const cells = new Cells()
    const foreign = sumOfStrangers(this.#strangers)
    for (const [load, { identity }] of this.#loads.entries()) {
      const { length } = this.#messages[load]!.open
      for (let index = 0; index < length; index++)
        if (this.#isPlanned(load, index)) this.#classify(load, index, cells, foreign, () => identity.text(index))
    }
    return { ...cells.audit(foreign), downstream: this.#receivers.map((_, receiver) => this.#receiverAudit(receiver)) }
  }

  /** Generators of a load may have planned unequal shares. */
  #isPlanned(load: number, index: number): boolean {
    const { fates } = this.#loads[load]!
    return Math.floor(index / fates.length) < fates[index % fates.length]!.planned
  }

  #declare(copies: FollowedReceiver['copies'], load: number, count: number): Uint8Array {
    const declared = new Uint8Array(count)
    const { open } = this.#messages[load]!
    for (let index = 0; index < count; index++) {
      if (!this.#isPlanned(load, index)) continue
      const times = typeof copies === 'number' ? copies : copies(this.#loads[load]!.typeOf(index))
      declared[index] = times
      if (times === 0) continue
      open[index]!++
      if (this.#sent[load]!(index) === 'accepted') this.#missing++
    }
    return declared
  }

  /** The load that made this identity, or -1; `#found` is the index of the message. */
  #loadOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#loads.findIndex(({ identity }, load) => {
      this.#found = identity.parse(bytes, start, end - start)
      return this.#found >= 0 && this.#found < this.#messages[load]!.open.length
    })
  }

  #arrived(receiver: number, load: number, index: number, digest: Uint8Array, atMs: number): void {
    const { declared, seen } = this.#routes[receiver]![load]!
    const times = Math.min(COUNT, (seen[index]! & COUNT) + 1)
    const differs =
      this.#receivers[receiver]!.comparesBody && Buffer.compare(this.#loads[load]!.digestOf(index), digest) !== 0
    seen[index] = times | (seen[index]! & ALTERED) | (differs ? ALTERED : 0)
    if (declared[index] === 0) {
      const strangers = this.#strangers[receiver]!
      strangers.misrouted++
      noteStranger(strangers, this.#loads[load]!.identity.text(index))
    }
    if (times !== declared[index]) return
    const { open, lastMs } = this.#messages[load]!
    open[index]!--
    lastMs[index] = Math.max(lastMs[index]!, atMs)
    if (this.#sent[load]!(index) === 'accepted') this.#missing--
  }

  #classify(load: number, index: number, cells: Cells, foreign: Strangers, nameOf: () => string): void {
    const sent = this.#sent[load]!(index)
    let [declaredSum, arrivedSum, fewer, more, altered, compared] = [0, 0, false, false, false, false]
    for (const [receiver, routes] of this.#routes.entries()) {
      const { declared, seen } = routes[load]!
      const times = seen[index]! & COUNT
      if (declared[index] === 0) continue
      declaredSum += declared[index]!
      arrivedSum += times
      fewer ||= times < declared[index]!
      more ||= times > declared[index]!
      altered ||= (seen[index]! & ALTERED) !== 0
      compared ||= this.#receivers[receiver]!.comparesBody
    }
    if (sent === 'unsent' && arrivedSum > 0) noteStranger(foreign, nameOf())
    // A message that nobody is to get has arrived as declared as soon as it is known to be taken.
    const asDeclared = declaredSum > 0 ? !fewer : sent === 'accepted'
    const arrivals: AuditCell['arrivals'] = !asDeclared ? 0 : more ? 2 : 1
    const body = arrivedSum === 0 ? 'absent' : altered ? 'altered' : compared ? 'equal' : 'notCompared'
    cells.count(sent, arrivals, body, nameOf)
  }

  #receiverAudit(receiver: number): ReceiverAudit {
    const { name, comparesBody } = this.#receivers[receiver]!
    const { count, misrouted } = this.#strangers[receiver]!
    const sums = { declared: 0, missing: 0, extra: 0, altered: 0 }
    for (const [load, { declared, seen }] of this.#routes[receiver]!.entries()) {
      for (let index = 0; index < declared.length; index++) {
        const times = seen[index]! & COUNT
        if (declared[index] === 0) continue
        const isAccepted = this.#sent[load]!(index) === 'accepted'
        if (isAccepted) sums.declared += declared[index]!
        if (isAccepted) sums.missing += Math.max(0, declared[index]! - times)
        sums.extra += Math.max(0, times - declared[index]!)
        if ((seen[index]! & ALTERED) !== 0) sums.altered++
      }
    }
    return { name, ...sums, misrouted, foreign: count - misrouted, altered: comparesBody ? sums.altered : null }
  }
}
