/** Of a link that says nothing else, bytes. */
export const ETHERNET_MTU = 1_500
/** What wg-quick(8) leaves for the outer headers, bytes: IPv6 40, UDP 8, WireGuard 32. */
export const WIREGUARD_OVERHEAD_BYTES = 80
/** The same over IPv4, whose header has 20. */
export const LEAST_WIREGUARD_OVERHEAD_BYTES = 60
