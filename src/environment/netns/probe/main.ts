import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { EnvironmentError } from '../../error.ts'
import { waitReached } from '../../place.ts'
import type { Attempt, Exchanged, ProbeAnswer, ProbeRequest } from './request.ts'

const ECHO = ' echo'

/*
 * A probe process on a host of a clone. Standard input: requests as lines of JSON; standard output: an answer to each, in turn. It ends
 * with its input. What it says to another probe is one line, `<length>` or `<length> echo`, and then that many bytes; the other answers
 * with a line of JSON, the address that it saw and a digest of what it got, and with an echo of the bytes where it was asked for.
 */
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await perform(JSON.parse(line) as ProbeRequest).catch(
    (error: Error): ProbeAnswer => ({ error: error.message }),
  )
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
process.exit(0)

async function perform(request: ProbeRequest): Promise<ProbeAnswer> {
  if (request.op === 'listen') {
    await Promise.all(request.ports.map(listen))
    return { listening: request.ports.length }
  }
  if (request.op === 'ready') return await ready(request)
  if (request.op === 'exchange') return { exchanged: await exchange(request) }
  return { attempts: await Promise.all(request.attempts.map(attempt => tryOnce(attempt, request.timeoutMs))) }
}

async function ready({ wanted, timeoutMs }: Extract<ProbeRequest, { op: 'ready' }>): Promise<ProbeAnswer> {
  try {
    return { missing: await waitReached(wanted, timeoutMs, new AbortController().signal) }
  } catch (error) {
    if (error instanceof EnvironmentError) return { refused: error.message }
    throw error
  }
}

async function listen(port: number): Promise<void> {
  // What it says first is a packet of its own, and small: what the path swallows of an echo must not take it along.
  const server = createServer({ noDelay: true }, answer)
  server.listen(port, '0.0.0.0')
  await once(server, 'listening')
}

function answer(socket: Socket): void {
  let head = ''
  let left = -1
  let echo: Buffer[] | null = null
  const digest = createHash('sha256')
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    let body = chunk
    if (left < 0) {
      const end = chunk.indexOf(0x0a)
      head += chunk.toString('latin1', 0, end === -1 ? chunk.length : end)
      if (end === -1) return
      left = Number.parseInt(head, 10)
      if (head.endsWith(ECHO)) echo = []
      body = chunk.subarray(end + 1)
    }
    digest.update(body)
    echo?.push(body)
    left -= body.length
    if (left > 0) return
    socket.write(`${JSON.stringify({ seen: socket.remoteAddress, sha256: digest.digest('hex') })}\n`)
    socket.end(Buffer.concat(echo ?? []))
  })
}

/** Sends the bytes and waits for the answer; what fails is an outcome. */
function tryOnce(
  { from, host, port, bytes, fill, echo = false }: Attempt['plan'],
  timeoutMs: number,
): Promise<Attempt['outcome']> {
  return new Promise(resolve => {
    const beganMs = performance.now()
    let connectMs: number | null = null
    let answered: Buffer = Buffer.alloc(0)
    const socket = connect({ host, port, ...(from === null ? {} : { localAddress: from }) })
    const body = Buffer.alloc(bytes, fill)
    const fail = (reason: string) => {
      clearTimeout(timer)
      socket.destroy()
      const end = answered.indexOf(0x0a)
      const delivered = end !== -1
      resolve({
        ...{ state: 'failed', connected: connectMs !== null, delivered },
        reason: delivered ? `${answered.length - end - 1} of ${bytes} bytes came back` : reason,
      })
    }
    const timer = setTimeout(() => fail('no answer'), timeoutMs)
    socket.on('connect', () => {
      connectMs = performance.now() - beganMs
      socket.write(`${bytes}${echo ? ECHO : ''}\n`)
      socket.write(body)
    })
    socket.on('data', chunk => {
      answered = Buffer.concat([answered, chunk])
    })
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
    socket.on('close', () => {
      const end = answered.indexOf(0x0a)
      if (end === -1 || answered.length < end + 1 + (echo ? bytes : 0)) return fail('closed without an answer')
      clearTimeout(timer)
      const { seen, sha256 } = JSON.parse(answered.toString('utf8', 0, end)) as { seen: string; sha256: string }
      const isEchoWhole = !echo || answered.subarray(end + 1).equals(body)
      const whole = isEchoWhole && sha256 === createHash('sha256').update(body).digest('hex')
      resolve({ state: 'answered', seen, whole, connectMs: connectMs ?? 0, wholeMs: performance.now() - beganMs })
    })
  })
}

function exchange({
  from,
  host,
  port,
  message,
  timeoutMs,
}: Extract<ProbeRequest, { op: 'exchange' }>): Promise<Exchanged> {
  return new Promise(resolve => {
    const beganMs = performance.now()
    let connectedMs: number | null = null
    let reply = ''
    const socket = connect({ host, port, localAddress: from })
    const finish = (reason: string | null) => {
      clearTimeout(timer)
      socket.destroy()
      const answeredMs = reason === null ? performance.now() - beganMs : null
      resolve({ connectedMs, answeredMs, reply, reason })
    }
    const timer = setTimeout(() => finish('no answer'), timeoutMs)
    socket.on('connect', () => {
      connectedMs = performance.now() - beganMs
      socket.write(Buffer.concat([Buffer.of(0x0b), Buffer.from(message, 'base64'), Buffer.of(0x1c, 0x0d)]))
    })
    socket.on('data', chunk => {
      reply += chunk.toString('latin1')
      if (reply.endsWith('\x1c\r')) finish(null)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message))
    socket.on('close', () => finish('closed without an answer'))
  })
}
