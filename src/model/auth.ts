import type { PemSource, TlsClientMaterial, TlsSettings } from './tls.ts'

/** Signatures of client assertions that SMART App Launch 2 asks servers to support. */
export const ASSERTION_ALGORITHMS = ['RS384', 'ES384'] as const
export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number]

/** How a FHIR load gets its access tokens (SMART App Launch 2.2, backend services): what the user said, no key in it. */
export interface AuthSettings {
  /** Null = found by `.well-known/smart-configuration` under the FHIR base. */
  readonly tokenUrl: string | null
  readonly clientId: string
  /** Private key, PEM or JWK; null = the built-in server's, made for each run. */
  readonly key: PemSource | null
  /** `kid` of the assertion; null = that of a JWK, or none. */
  readonly keyId: string | null
  readonly algorithm: AssertionAlgorithm
  readonly scope: string
  /** Built-in server only: how long its tokens are good, ms. */
  readonly tokenLifetimeMs: number
  /** Of an https token URL beside a FHIR server without TLS; null = as the load's, or the ordinary one. */
  readonly tls: TlsSettings | null
}

/** What a client needs to get tokens: handed from process to process on standard input, never written anywhere. */
export interface AuthMaterial {
  readonly tokenUrl: string | null
  readonly clientId: string
  /** Private key, PEM or JWK. */
  readonly key: string
  readonly keyId: string | null
  readonly algorithm: AssertionAlgorithm
  readonly scope: string
  /** As in the settings. */
  readonly tls: TlsClientMaterial | null
}

/** What the built-in FHIR server needs to give tokens and to demand them. */
export interface TokenServerMaterial {
  readonly clientId: string
  /** Public key of the client, PEM. */
  readonly publicKey: string
  readonly algorithm: AssertionAlgorithm
  readonly tokenLifetimeMs: number
}
