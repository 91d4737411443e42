import { connect, type Socket } from 'node:net'
import { EnvironmentError } from '../error.ts'

/** A message of VICI, strongSwan's control protocol: sections of keys, lists and sections; every value is text. */
export interface Section {
  readonly [key: string]: string | readonly string[] | Section
}

/** Packet types of VICI (strongSwan, src/libcharon/plugins/vici/README.md). */
const PACKET = { command: 0, response: 1, unknownCommand: 2, register: 3, confirmed: 5, unknownEvent: 6, event: 7 }
const ELEMENT = { sectionStart: 1, sectionEnd: 2, keyValue: 3, listStart: 4, listItem: 5, listEnd: 6 }
const DEFAULT_TIMEOUT_MS = 10_000

/** One connection to a charon daemon. Commands are answered in turn. */
export interface Vici {
  /** The answer to a command. Throws EnvironmentError when the daemon refuses it, hangs or ends; the reason is the daemon's own. */
  command(name: string, argument?: Section, timeoutMs?: number): Promise<Section>
  /** Tells of every event of that name from now on. */
  listen(event: string, heard: (message: Section) => void): Promise<void>
  close(): void
}

interface Waiting {
  readonly packet: Buffer
  readonly what: string
  readonly timeoutMs: number
  readonly resolve: (message: Section) => void
  readonly reject: (error: Error) => void
}

/** Connects to the daemon's socket. Throws the error of the connection. */
export function openVici(path: string): Promise<Vici> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(converse(socket))
    })
  })
}

function converse(socket: Socket): Vici {
  const waiting: Waiting[] = []
  const listeners = new Map<string, (message: Section) => void>()
  let held: Buffer = Buffer.alloc(0)
  let timer: NodeJS.Timeout | null = null

  const fail = (reason: string) => {
    if (timer !== null) clearTimeout(timer)
    for (const { what, reject } of waiting.splice(0)) reject(refusal(`${what}: ${reason}`))
  }
  const sendFirst = () => {
    const first = waiting[0]
    if (first === undefined) return
    timer = setTimeout(() => {
      socket.destroy()
      fail(`no answer within ${first.timeoutMs} ms`)
    }, first.timeoutMs)
    socket.write(first.packet)
  }
  const settle = (answer: (first: Waiting) => void) => {
    const first = waiting.shift()
    if (first === undefined) return
    if (timer !== null) clearTimeout(timer)
    answer(first)
    sendFirst()
  }
  const ask = (packet: Buffer, what: string, timeoutMs: number) =>
    new Promise<Section>((resolve, reject) => {
      if (socket.destroyed) return reject(refusal(`${what}: the daemon has ended`))
      if (waiting.push({ packet, what, timeoutMs, resolve, reject }) === 1) sendFirst()
    })
  const take = (packet: Buffer) => {
    const type = packet[0]
    if (type === PACKET.event) {
      const end = 2 + packet[1]!
      listeners.get(packet.toString('utf8', 2, end))?.(decode(packet.subarray(end)))
    } else if (type === PACKET.response) {
      const message = decode(packet.subarray(1))
      settle(({ resolve, reject, what }) =>
        message.success === 'no' ? reject(refusal(`${what}: ${String(message.errmsg)}`)) : resolve(message),
      )
    } else if (type === PACKET.confirmed) settle(({ resolve }) => resolve({}))
    else settle(({ reject, what }) => reject(refusal(`${what}: the daemon does not know it`)))
  }

  socket.on('data', chunk => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const end = 4 + held.readUInt32BE(0)
      const packet = held.subarray(4, end)
      held = held.subarray(end)
      take(packet)
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => fail('the daemon has ended'))

  return {
    command: (name, argument = {}, timeoutMs = DEFAULT_TIMEOUT_MS) =>
      ask(packetOf(PACKET.command, name, encode(argument)), name, timeoutMs),
    async listen(event, heard) {
      listeners.set(event, heard)
      await ask(packetOf(PACKET.register, event, Buffer.alloc(0)), `event ${event}`, DEFAULT_TIMEOUT_MS)
    },
    close: () => void socket.destroy(),
  }
}

const refusal = (message: string) =>
  new EnvironmentError('provision', 'environment', `charon: ${message}; see its log in the folder of the clone`)

function packetOf(type: number, name: string, body: Buffer): Buffer {
  const head = named(type, name)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(head.length + body.length)
  return Buffer.concat([length, head, body])
}

function named(type: number, name: string): Buffer {
  const bytes = Buffer.from(name)
  return Buffer.concat([Buffer.of(type, bytes.length), bytes])
}

function valued(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The bytes of a message. */
export function encode(section: Section): Buffer {
  return Buffer.concat(
    Object.entries(section).flatMap(([key, value]): Buffer[] => {
      if (typeof value === 'string') return [named(ELEMENT.keyValue, key), valued(value)]
      if (Array.isArray(value))
        return [
          named(ELEMENT.listStart, key),
          ...value.flatMap((item: string) => [Buffer.of(ELEMENT.listItem), valued(item)]),
          Buffer.of(ELEMENT.listEnd),
        ]
      return [named(ELEMENT.sectionStart, key), encode(value as Section), Buffer.of(ELEMENT.sectionEnd)]
    }),
  )
}

/** The message in `bytes`. Throws on what is no message. */
export function decode(bytes: Buffer): Section {
  let at = 0
  const take = (length: number) => {
    if (at + length > bytes.length) throw new Error(`VICI message ends within an element at byte ${at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  const name = () => take(take(1)[0]!).toString()
  const value = () => take(take(2).readUInt16BE(0)).toString()
  const section = (isOuter: boolean): Section => {
    const found: Record<string, string | string[] | Section> = {}
    while (at < bytes.length) {
      const type = take(1)[0]
      if (type === ELEMENT.sectionEnd && !isOuter) return found
      if (type === ELEMENT.keyValue) found[name()] = value()
      else if (type === ELEMENT.sectionStart) found[name()] = section(false)
      else if (type === ELEMENT.listStart) found[name()] = list()
      else throw new Error(`VICI message with element ${type} at byte ${at - 1}`)
    }
    if (!isOuter) throw new Error('VICI message ends within a section')
    return found
  }
  const list = (): string[] => {
    const items: string[] = []
    for (let type = take(1)[0]; type !== ELEMENT.listEnd; type = take(1)[0]) {
      if (type !== ELEMENT.listItem) throw new Error(`VICI list with element ${type} at byte ${at - 1}`)
      items.push(value())
    }
    return items
  }
  return section(true)
}
