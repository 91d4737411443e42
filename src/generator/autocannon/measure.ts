import { connect } from 'node:net'
import autocannon from 'autocannon'
import { Fates } from '../../ledger/fate.ts'
import type { GeneratorPlan, Tick } from '../../model/generator.ts'
import type { RequestFunction } from '../../workload/code.ts'
import type { CompiledOperations } from '../../workload/fhir/compiled.ts'
import { requestStream } from '../../workload/fhir/stream.ts'
import { systemClock } from '../clock.ts'
import { importCode } from '../content.ts'
import { countRefusal } from '../links.ts'
import { connectionsOf, type Ready } from '../measure.ts'
import { Recorder } from '../recorder.ts'
import { resultOf } from '../result.ts'
import { watchRun } from '../watch.ts'
import { Exchanges, type Open } from './exchanges.ts'

/** What is used of autocannon's client beyond its types: the queue in which it looks for the request that a reply belongs to. */
interface Client extends Pick<autocannon.Client, 'setRequests'> {
  on(event: 'response', listener: (status: number, bytes: number, durationMs: number) => void): void
  on(event: 'connError', listener: (error: NodeJS.ErrnoException) => void): void
  readonly pipelinedRequests: { clear(): void }
  getRequestBuffer(): Buffer
  destroy(): void
}

interface Sender {
  readonly client: Client
  open: Open | null
  answers: number
}

/** It is ended by us, never by itself, s. */
const FOREVER_S = 1_000_000

/**
 * A closed loop driven by autocannon: its clients, its parser, its clock; our requests, checks and ledger. It dials and sends in one, so
 * that before the start there is only a trial connection, and a client counts as connected once it was answered.
 */
export async function prepareAutocannon(plan: GeneratorPlan): Promise<Ready> {
  const { load, phases, target } = plan
  if ((plan.paths ?? []).length > 0)
    throw new Error(
      "autocannon has one way to the target, and this environment gives its connections several; use engine: 'own'",
    )
  const wanted = connectionsOf(plan)
  const refusals = new Map<string, number>()
  const code = plan.module === null ? null : ((await importCode(plan.module, plan.loadIndex)) as RequestFunction | null)
  const stream = requestStream(plan.content as CompiledOperations, plan, code ?? undefined)
  const isThere = await tryOnce(plan, refusals)
  let end = () => {}
  return {
    connectionsWanted: wanted,
    connectionsOpened: isThere ? wanted : 0,
    refusals,
    stop: () => end(),
    async measure(onTick: (tick: Tick) => void) {
      const endMs = phases.warmupMs + phases.measureMs
      const recorder = new Recorder({ fromMs: phases.warmupMs, untilMs: endMs })
      const fates = new Fates()
      const startMs = performance.now()
      const now = () => performance.now() - startMs
      const exchanges = new Exchanges({ plan, stream, recorder, fates, now })
      const senders: Sender[] = []
      let isOver = false
      let [bytesOut, bytesIn, redials] = [0, 0, 0]
      const watch = watchRun(plan, systemClock, () => 0)
      const ended = new Promise<void>(resolve => {
        end = resolve
      })

      const setUp = (client: Client) => {
        const sender: Sender = { client, open: null, answers: 0 }
        senders.push(sender)
        let reply = { status: 0, body: '' }
        const setupRequest = (request: autocannon.Request) => {
          if (sender.open !== null && !isOver) giveUp(sender)
          if (isOver || now() >= endMs) {
            retire(client)
            return request
          }
          const { request: own, ...open } = exchanges.begin()
          sender.open = open
          return { ...request, ...own } as autocannon.Request
        }
        client.on('response', (_status, bytes, durationMs) => {
          if (sender.open !== null) exchanges.answered(sender.open, reply.status, reply.body, durationMs)
          sender.open = null
          sender.answers++
          bytesIn += bytes
          bytesOut += client.getRequestBuffer().length
          if (now() >= endMs) retire(client)
        })
        client.on('connError', error => countRefusal(refusals, error.code ?? error.message))
        client.setRequests([
          {
            setupRequest,
            onResponse: (status, body) => {
              reply = { status, body }
            },
          },
        ])
      }

      /** It sends no more: what it writes after this goes nowhere. */
      const retire = (client: Client) => {
        client.destroy()
        if (exchanges.open === 0) end()
      }

      /** A client that sends anew while a request is open lost its connection, or waited too long. */
      const giveUp = (sender: Sender) => {
        const { client, open } = sender
        const reason = now() - open!.atMs >= load.timeoutMs ? 'timeout' : 'disconnected'
        exchanges.unanswered(open!, 'unknown', reason)
        sender.open = null
        redials++
        // After a connection that ended it would take the next reply for the answer to this request.
        client.pipelinedRequests.clear()
      }

      const instance = autocannon(
        {
          url: `http://${target.host}:${target.port}`,
          connections: wanted,
          duration: FOREVER_S,
          timeout: load.timeoutMs / 1000,
          setupClient: client => setUp(client as unknown as Client),
        },
        // Its own summary, in whole milliseconds and with the warm-up, is not used.
        () => {},
      )
      const ticker = systemClock.every(plan.tickMs, () => onTick(recorder.tick(now(), exchanges.open)))
      const deadline = systemClock.after(endMs + phases.drainMs, () => end())
      const closing = systemClock.after(endMs, () => void (exchanges.open === 0 && end()))
      await ended
      isOver = true
      const watched = watch.end()
      for (const timer of [ticker, deadline, closing]) timer.cancel()
      for (const { client, open } of senders) {
        client.destroy()
        if (open !== null) exchanges.unanswered(open, 'unfinished', null)
      }
      instance.stop()
      onTick(recorder.tick(now(), exchanges.open))
      recorder.checkConservation()
      return resultOf(plan, recorder, { refusals, redials, endedMs: now() }, fates, watched, {
        hash: null,
        timeline: null,
        feeds: null,
        drain: null,
        connectionsWanted: wanted,
        connectionsOpened: senders.filter(({ answers }) => answers > 0).length,
        bytesOut,
        bytesIn,
        handshakes: 0,
        resumed: 0,
      })
    },
  }
}

/** Whether somebody listens; the reason of a refusal is counted. */
function tryOnce({ target, load }: GeneratorPlan, refusals: Map<string, number>): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: target.host, port: target.port })
    const done = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(load.timeoutMs, () => done(false))
    socket.on('connect', () => done(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      countRefusal(refusals, error.code ?? error.message)
      done(false)
    })
  })
}
