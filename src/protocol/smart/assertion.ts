import { randomUUID, sign } from 'node:crypto'
import type { AuthMaterial } from '../../model/auth.ts'
import { readSigningKey } from './key.ts'

/** SMART allows five minutes at most; the rest is for clocks that differ. */
const LIFETIME_S = 240

/**
 * A client assertion for one token request: a JWT with iss = sub = the client, aud = the token URL, a jti of its own and exp in four minutes
 * (SMART App Launch 2.2, client-confidential-asymmetric; RFC 7523, 3). ES384 is signed as R || S (RFC 7518, 3.4).
 * @param nowMs ms since 1970
 */
export function clientAssertion(auth: AuthMaterial, tokenUrl: string, nowMs: number): string {
  const { clientId, algorithm } = auth
  const { key, keyId } = readSigningKey(auth.key)
  const kid = auth.keyId ?? keyId
  const header = { alg: algorithm, typ: 'JWT', ...(kid !== null && { kid }) }
  const exp = Math.floor(nowMs / 1000) + LIFETIME_S
  const claims = { iss: clientId, sub: clientId, aud: tokenUrl, jti: randomUUID(), exp }
  const signed = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('sha384', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
