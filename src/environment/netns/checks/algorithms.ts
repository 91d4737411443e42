import type { Cipher } from '../../../model/topology.ts'

type Algorithms = Readonly<Record<string, string>>

/** What charon calls the algorithms of an association and of its children by the cipher; P-256 is its ECP_256. */
export const ALGORITHMS: Readonly<Record<Cipher, { readonly ike: Algorithms; readonly child: Algorithms }>> = {
  aes128gcm16: both({ 'encr-alg': 'AES_GCM_16', 'encr-keysize': '128' }, 'PRF_HMAC_SHA2_256', 'ECP_256'),
  aes256gcm16: both({ 'encr-alg': 'AES_GCM_16', 'encr-keysize': '256' }, 'PRF_HMAC_SHA2_384', 'ECP_384'),
  'aes256-sha256': both(
    { 'encr-alg': 'AES_CBC', 'encr-keysize': '256', 'integ-alg': 'HMAC_SHA2_256_128' },
    'PRF_HMAC_SHA2_256',
    'ECP_256',
  ),
  chacha20poly1305: both({ 'encr-alg': 'CHACHA20_POLY1305' }, 'PRF_HMAC_SHA2_256', 'CURVE_25519'),
}
/** Keys of a child that tell of its algorithms. */
export const CHILD_ALGORITHMS = ['encr-alg', 'encr-keysize', 'integ-alg'] as const
/** The same of an association. */
export const IKE_ALGORITHMS = [...CHILD_ALGORITHMS, 'prf-alg', 'dh-group'] as const

function both(child: Algorithms, prf: string, group: string) {
  return { child, ike: { ...child, 'prf-alg': prf, 'dh-group': group } }
}
