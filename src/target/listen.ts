import type { AddressInfo, Server } from 'node:net'

const LONG_BACKLOG = 4096

/** Starts to listen and returns the port. Throws with the remedy when the address cannot be had. */
export function listen(server: Server, host: string, port: number, backlog = LONG_BACKLOG): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(new Error(messageOf(error, host, port), { cause: error }))
    server.once('error', onError)
    server.listen({ host, port, backlog }, () => {
      server.off('error', onError)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function messageOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  const place = `${host}:${port}`
  if (error.code === 'EADDRINUSE')
    return `${place} is in use: stop the program that listens there, or give another port (0 = any free one)`
  if (error.code === 'EADDRNOTAVAIL') return `${host} is no address of this machine: give 127.0.0.1 or one that is`
  if (error.code === 'EACCES') return `${place} may not be opened by this user: give a port above 1023`
  return `cannot listen on ${place} (${error.code ?? error.message}): give another host or port`
}
