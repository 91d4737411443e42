import { readFileSync } from 'node:fs'
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { splitAtControlId } from './controlId.ts'
import { giveUp, measure, readTask } from './measure.ts'

/*
 * The least that a program on Node's public sockets can do, as fast as we know how: one buffer for all reads, all answers that wait read before the
 * next messages are written in a row. Of each message only the digits of MSH-10 are written anew, of an answer only the last byte is looked at. What
 * hl7bench does besides is the difference between the two.
 */
const task = await readTask<{ readonly message: string; readonly ca: string | null }>()
const { port, connections, content } = task
const CR = 0x0d
const ID_HEAD = 'PEER'
const ID_DIGITS = 11
const [beforeId, afterId] = splitAtControlId(content.message)
const digitsAt = 1 + Buffer.byteLength(beforeId) + ID_HEAD.length
const readBuffer = new Uint8Array(64 * 1024)
const answeredLinks: Link[] = []
let sent = 0
let answered = 0

interface Link {
  readonly socket: Socket
  readonly frame: Buffer
}

for (let i = 0; i < connections; i++) dial()
await measure(task, () => answered)

function dial(): void {
  const frame = Buffer.from(`\x0b${beforeId}${ID_HEAD}${'0'.repeat(ID_DIGITS)}${afterId}\x1c\r`)
  const callback = (length: number, bytes: Uint8Array) => {
    if (bytes[length - 1] === CR) answer(link)
    return true
  }
  const options = { host: '127.0.0.1', port, onread: { buffer: readBuffer, callback } }
  const link: Link = { socket: open(options, () => send(link)), frame }
  link.socket.setNoDelay(true).on('close', () => giveUp('the receiver closed a connection'))
}

function open(options: TcpNetConnectOpts, opened: () => void): Socket {
  if (content.ca === null) return connect(options, opened)
  return connectTls({ ...options, ca: readFileSync(content.ca), minVersion: 'TLSv1.3' }, opened)
}

function answer(link: Link): void {
  answered++
  if (answeredLinks.length === 0) setImmediate(sendAll)
  answeredLinks.push(link)
}

function sendAll(): void {
  for (const link of answeredLinks) send(link)
  answeredLinks.length = 0
}

function send({ socket, frame }: Link): void {
  let rest = sent++
  for (let i = ID_DIGITS - 1; i >= 0; i--) {
    frame[digitsAt + i] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  socket.write(frame)
}
