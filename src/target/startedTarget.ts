import type { FieldPath } from '../model/downstream.ts'
import type { HllpChecksum, MllpTransport, TargetBehaviour } from '../model/scenario.ts'
import type { TlsServerMaterial } from '../model/tls.ts'

/** A built-in target that listens. */
export interface StartedTarget {
  readonly port: number
  /** Ends every connection, flushes and closes the arrival record. Idempotent. */
  close(): Promise<void>
}

export interface TargetOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly behaviour: TargetBehaviour
  readonly seed: number
  /** Default null = no TLS. */
  readonly tls?: TlsServerMaterial | null
  /** Where arrivals are recorded (room `ledger`); null = nowhere. */
  readonly arrivalsFile: string | null
  /** Of an MLLP receiver behind a SUT that forwards: where messages carry their identity; absent = in MSH-10, and it is no such receiver. */
  readonly identityAt?: FieldPath
}

export interface MllpTargetOptions extends TargetOptions {
  /** Default `mllp`. */
  readonly transport?: MllpTransport
  /** That messages are posted to with transport `http`; default `/`. */
  readonly path?: string
  /** Of HLLP blocks; default `xor`. */
  readonly checksum?: HllpChecksum
}

/** Largest message or request body that a built-in target takes, bytes. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024
