import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import type { LinkEvents } from '../../src/protocol/link.ts'

/** A tiny server on loopback whose every connection is handled by `serve`, with the number of connections before it. */
export async function listen(
  serve: (socket: Socket, nth: number) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let count = 0
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket, count++)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Records what a link tells, as short texts, and lets a test wait for the next one that fits. */
export function recordEvents() {
  const told: string[] = []
  const waiting: (() => void)[] = []
  const tell = (text: string) => {
    told.push(text)
    for (const wake of waiting.splice(0)) wake()
  }
  const events: LinkEvents = {
    opened: link => tell(`opened ${link}`),
    replied: (_, slot, outcome, reason, alarm) =>
      tell([`${outcome} ${slot}`, reason, alarm].filter(part => part !== null).join(': ')),
    lost: (_, reason) => tell(`lost: ${reason}`),
    refused: (_, code) => tell(`refused: ${code}`),
  }
  async function until(text: string, times = 1): Promise<void> {
    while (told.filter(each => each === text).length < times) await new Promise<void>(resolve => waiting.push(resolve))
  }
  return { events, told, until }
}
