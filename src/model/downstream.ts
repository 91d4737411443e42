import type { TargetBehaviour } from './scenario.ts'

/** An interface engine is measured in the middle: load goes in, and comes out at our own receivers behind it. */
export interface Downstream {
  /** Field that the identity of a message stands in besides MSH-10, which engines rewrite: `PV1-50`, `ZHB-1`; `MSH-10` = it survives. */
  readonly identity: string
  readonly receivers: readonly DownstreamReceiver[]
}

export interface DownstreamReceiver {
  /** Unique in the scenario. */
  readonly name: string
  /** Patterns of the message types that the SUT is to forward there: `ADT^A0*`, `*`. */
  readonly types: readonly string[]
  /** Times that each of them is to arrive. */
  readonly copies: number
  /** `unchanged`: all but the MSH segment is to arrive byte for byte. `any`: bodies are not compared. */
  readonly body: 'any' | 'unchanged'
  /** Port to listen on; 0 = any free one. */
  readonly port: number
  readonly behaviour: TargetBehaviour
}

/** A component of the first repetition of a field, counted from 1 as HL7 does. */
export interface FieldPath {
  readonly segment: string
  readonly field: number
  readonly component: number
}
