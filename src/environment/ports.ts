import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * Free loopback ports of the system's choice, all different. They are free again when this resolves, so another
 * process may take one before it is used: whoever gets them must be ready to try others.
 */
export async function reservePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  try {
    await Promise.all(servers.map(server => once(server.listen(0, '127.0.0.1'), 'listening')))
    return servers.map(server => (server.address() as AddressInfo).port)
  } finally {
    await Promise.all(servers.filter(server => server.listening).map(server => once(server.close(), 'close')))
  }
}
