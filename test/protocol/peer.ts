import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Link, LinkEvents } from '../../src/protocol/link.ts'

/** Sends message `index` on a slot of a link. */
export function send(link: Link, slot: number, index: number): void {
  link.prepare(slot, index)
  link.write(slot)
}

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

/** A port whose listen queue is full and never accepted from: on Linux a dial then gets no answer at all. */
export async function fullBacklog(): Promise<{ port: number; close(): void }> {
  const source = `const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    console.log(s.address().port); setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 20) })`
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const pause = () => new Promise(resolve => setTimeout(resolve, 100))
  await pause()
  const fillers = Array.from({ length: 4 }, () => connect({ host: '127.0.0.1', port }).on('error', () => {}))
  await pause()
  const close = () => {
    for (const filler of fillers) filler.destroy()
    child.kill('SIGKILL')
  }
  return { port, close }
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
    committed: (_, slot) => tell(`committed ${slot}`),
    counted: (_, what, times) => tell(`counted: ${what} ${times}`),
    tolerated: (_, what) => tell(`tolerated: ${what}`),
    explained: (_, error) => tell(`explained: ${error}`),
    replied: (_, slot, outcome, reason, alarm) =>
      tell([`${outcome} ${slot}`, reason, alarm].filter(part => part !== null).join(': ')),
    entriesRefused: (_, slot, places) => tell(`entries refused ${slot}: ${places.join()}`),
    deferred: (_, slot, reason, { afterMs, mostAttempts }) => {
      const times = mostAttempts === Number.POSITIVE_INFINITY ? '' : `, ${mostAttempts} times`
      tell(`deferred ${slot}: ${reason}${afterMs > 0 ? `, after ${afterMs} ms` : ''}${times}`)
    },
    lost: (_, reason) => tell(`lost: ${reason}`),
    refused: (_, code) => tell(`refused: ${code}`),
  }
  async function until(text: string, times = 1): Promise<void> {
    while (told.filter(each => each === text).length < times) await new Promise<void>(resolve => waiting.push(resolve))
  }
  return { events, told, until }
}
