import {
  type CapacityFault,
  type ConnectionFault,
  type Fault,
  MESSAGE_FAULTS,
  type MessageFault,
  NEXT_FAULTS,
  type NextFault,
  type PaceFault,
  type RequestFault,
} from '../model/fault.ts'

/** Everything that goes wrong with one request; several faults may fall on the same one. */
export interface Misbehaviour {
  readonly delayMs: number
  readonly stallMs: number
  readonly reject: { readonly code: 'AE' | 'AR' | 'CE' | 'CR'; readonly status: number } | null
  readonly nak: 'C' | 'X' | 'B' | 'G' | null
  readonly disconnect: boolean
  readonly drop: boolean
  readonly lose: boolean
  readonly loseAck: boolean
  readonly duplicate: boolean
  readonly corrupt: boolean
  /** What becomes of the link to the next page; of several faults the last one holds. */
  readonly next: NextFault | null
  readonly loseEntry: boolean
  /** What the MLLP receiver alone knows. */
  readonly odd: ReadonlySet<MessageFault>
}

const NONE: Misbehaviour = {
  delayMs: 0,
  stallMs: 0,
  reject: null,
  nak: null,
  disconnect: false,
  drop: false,
  lose: false,
  loseAck: false,
  duplicate: false,
  corrupt: false,
  next: null,
  loseEntry: false,
  odd: new Set(),
}

/** Faults of request number `request`, counted from 1 over all connections. Delays and stalls of several faults add up. */
export function misbehaviourOf(faults: readonly Fault[], request: number): Misbehaviour {
  let misbehaviour = NONE
  for (const fault of faults) {
    if ('every' in fault && request % fault.every === 0) misbehaviour = withFault(misbehaviour, fault)
  }
  return misbehaviour
}

function withFault(misbehaviour: Misbehaviour, fault: RequestFault): Misbehaviour {
  switch (fault.kind) {
    case 'delay':
      return { ...misbehaviour, delayMs: misbehaviour.delayMs + fault.ms }
    case 'stall':
      return { ...misbehaviour, stallMs: misbehaviour.stallMs + fault.ms }
    case 'reject':
      return { ...misbehaviour, reject: { code: fault.code, status: fault.status } }
    case 'nak':
      return { ...misbehaviour, nak: fault.reason }
    case 'lose-ack':
      return { ...misbehaviour, loseAck: true }
    case 'lose-entry':
      return { ...misbehaviour, loseEntry: true }
    default:
      if (isOfNext(fault.kind)) return { ...misbehaviour, next: fault.kind }
      return isOdd(fault.kind)
        ? { ...misbehaviour, odd: new Set([...misbehaviour.odd, fault.kind]) }
        : { ...misbehaviour, [fault.kind]: true }
  }
}

const isOfNext = (kind: string): kind is NextFault => Object.hasOwn(NEXT_FAULTS, kind)
const isOdd = (kind: string): kind is MessageFault => Object.hasOwn(MESSAGE_FAULTS, kind)

/** How the receiver treats every connection; a time of 0 and an infinite number = not at all. */
export type Temper = Readonly<Record<PaceFault, number>> &
  Readonly<Record<CapacityFault, number>> & { readonly 'one-session': boolean }

/** Of several faults of a kind the last one holds. */
export function temperOf(faults: readonly Fault[]): Temper {
  const settings = faults.filter((fault): fault is ConnectionFault => !('every' in fault)).map(setting)
  return Object.assign(
    {
      gap: 0,
      check: 0,
      'read-timer': 0,
      'close-idle': 0,
      'max-connections': Number.POSITIVE_INFINITY,
      backlog: Number.POSITIVE_INFINITY,
      'one-session': false,
    },
    ...settings,
  ) as Temper
}

function setting(fault: ConnectionFault): Partial<Temper> {
  if ('ms' in fault) return { [fault.kind]: fault.ms }
  return 'connections' in fault ? { [fault.kind]: fault.connections } : { [fault.kind]: true }
}
