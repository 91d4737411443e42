import { pbkdf2Sync } from 'node:crypto'

/** Bytes of a hash: 64 hex digits. */
const KEY_BYTES = 32

/**
 * Hash of a HICN as CMS Blue Button computes it: PBKDF2-HMAC-SHA256 (RFC 8018) with the pepper in the place of the salt, 32 bytes in lower-case
 * hex digits.
 */
export function hashHicn(hicn: string, pepper: Uint8Array, iterations: number): string {
  return pbkdf2Sync(hicn, pepper, iterations, KEY_BYTES, 'sha256').toString('hex')
}

/** Published by CMS Blue Button for its loader: pepper `nottherealpepper`, 1,000 iterations. */
const VECTORS: readonly (readonly [hicn: string, hash: string])[] = [
  ['123456789A', 'd95a418b0942c7910fb1d0e84f900fe12e5a7fd74f312fa10730cc0fda230e9a'],
  ['987654321E', '6357f16ebd305103cf9f2864c56435ad0de5e50f73631159772f4a4fcdfe39a5'],
]

/** Which published vectors this machine does not reproduce; empty = the hash is the right one. */
export function wrongVectors(hash: typeof hashHicn = hashHicn): readonly string[] {
  const pepper = new TextEncoder().encode('nottherealpepper')
  return VECTORS.filter(([hicn, expected]) => hash(hicn, pepper, 1_000) !== expected).map(([hicn]) => hicn)
}
