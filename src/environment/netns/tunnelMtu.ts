import { ETHERNET_MTU } from '../../model/mtu.ts'
import type { Cipher, Topology, Tunnel } from '../../model/topology.ts'

/** Largest packet between the gateways of some tunnels, bytes: of all their links to the internet the smallest. */
export function pathMtu({ links, internet }: Topology, tunnels: readonly Tunnel[]): number {
  const gateways = new Set(tunnels.flatMap(({ initiator, responder }) => [initiator.host, responder.host]))
  const crossed = links.filter(
    ({ ends }) => ends.some(({ host }) => host === internet) && ends.some(({ host }) => gateways.has(host)),
  )
  return Math.min(ETHERNET_MTU, ...crossed.map(({ mtu }) => mtu ?? ETHERNET_MTU))
}

/** Bytes in front of what is encrypted and after it: IPv4 20, UDP 8, SPI and sequence number 8 (RFC 4303, RFC 3948). */
const ESP_HEADS_BYTES = 36
/** Initialisation vector and check value, and what the text with its trailer of 2 bytes is padded to a multiple of (RFC 4106, 7634, 3602, 4868). */
const ESP_OF: Readonly<Record<Cipher, { readonly vector: number; readonly tag: number; readonly multiple: number }>> = {
  aes128gcm16: { vector: 8, tag: 16, multiple: 4 },
  aes256gcm16: { vector: 8, tag: 16, multiple: 4 },
  chacha20poly1305: { vector: 8, tag: 16, multiple: 4 },
  'aes256-sha256': { vector: 16, tag: 16, multiple: 16 },
}
const ESP_TRAILER_BYTES = 2

/** Largest packet that ESP in UDP carries in tunnel mode over a path, bytes. @param path largest packet of the path, bytes */
export function largestInEsp(cipher: Cipher, path: number): number {
  const { vector, tag, multiple } = ESP_OF[cipher]
  const encrypted = path - ESP_HEADS_BYTES - vector - tag
  return encrypted - (encrypted % multiple) - ESP_TRAILER_BYTES
}
