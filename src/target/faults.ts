import type { Fault } from '../model/scenario.ts'

/** Everything that goes wrong with one request; several faults may fall on the same one. */
export interface Misbehaviour {
  readonly delayMs: number
  readonly stallMs: number
  readonly reject: { readonly code: 'AE' | 'AR' | 'CE' | 'CR'; readonly status: number } | null
  readonly disconnect: boolean
  readonly drop: boolean
  readonly lose: boolean
  readonly loseAck: boolean
  readonly duplicate: boolean
  readonly corrupt: boolean
}

const NONE: Misbehaviour = {
  delayMs: 0,
  stallMs: 0,
  reject: null,
  disconnect: false,
  drop: false,
  lose: false,
  loseAck: false,
  duplicate: false,
  corrupt: false,
}

/** Faults of request number `request`, counted from 1 over all connections. Delays and stalls of several faults add up. */
export function misbehaviourOf(faults: readonly Fault[], request: number): Misbehaviour {
  let misbehaviour = NONE
  for (const fault of faults) {
    if (request % fault.every === 0) misbehaviour = withFault(misbehaviour, fault)
  }
  return misbehaviour
}

function withFault(misbehaviour: Misbehaviour, fault: Fault): Misbehaviour {
  switch (fault.kind) {
    case 'delay':
      return { ...misbehaviour, delayMs: misbehaviour.delayMs + fault.ms }
    case 'stall':
      return { ...misbehaviour, stallMs: misbehaviour.stallMs + fault.ms }
    case 'reject':
      return { ...misbehaviour, reject: { code: fault.code, status: fault.status } }
    case 'lose-ack':
      return { ...misbehaviour, loseAck: true }
    default:
      return { ...misbehaviour, [fault.kind]: true }
  }
}
