import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { AssertionAlgorithm } from '../../model/auth.ts'

export interface SigningKey {
  readonly key: KeyObject
  /** Of a JWK that names one. */
  readonly keyId: string | null
}

/** Fewer bits than these are refused by RFC 7518, 3.3. */
const LEAST_RSA_BITS = 2048

/** A private key in PEM or as a JWK (RFC 7517). Throws, without its text, when it is none. */
export function readSigningKey(text: string): SigningKey {
  if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), keyId: null }
  const jwk = JSON.parse(text) as Record<string, unknown>
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), keyId: typeof jwk.kid === 'string' ? jwk.kid : null }
}

/** What keeps a key from signing by this algorithm (RFC 7518, 3.3 and 3.4), or null. */
export function misfit({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, algorithm: AssertionAlgorithm) {
  if (algorithm === 'ES384') {
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'secp384r1'
      ? null
      : 'ES384 needs a key on the curve P-384'
  }
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS
    ? null
    : `RS384 needs an RSA key of at least ${LEAST_RSA_BITS} bits`
}
