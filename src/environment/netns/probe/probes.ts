import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { entries } from '../../entries.ts'
import { EnvironmentError } from '../../error.ts'
import type { Reached } from '../../place.ts'
import { aborted } from '../aborted.ts'
import type { Tree } from '../tree.ts'
import type { Attempt, Exchanged, ProbeAnswer, ProbeRequest } from './request.ts'

/** Probes on the hosts of a clone, each started when it is first needed. */
export interface Probes {
  listen(host: string, ports: readonly number[]): Promise<void>
  /** Tries all at once from one host; an outcome each. */
  tryAll(host: string, attempts: readonly Attempt['plan'][], timeoutMs: number): Promise<readonly Attempt['outcome'][]>
  /** Sends one message in an MLLP block. */
  exchange(host: string, request: Omit<Extract<ProbeRequest, { op: 'exchange' }>, 'op'>): Promise<Exchanged>
  /** Waits until the targets answer as seen from a host; null, or what was missing. */
  waitReady(host: string, wanted: Reached, timeoutMs: number, signal: AbortSignal): Promise<string | null>
  /** Resolves when they have ended, and with them their ports are free. */
  close(): Promise<void>
}

interface Probe {
  ask(request: ProbeRequest): Promise<ProbeAnswer>
  close(): Promise<void>
}

export function openProbes(tree: Tree): Probes {
  const probes = new Map<string, Probe>()
  const ask = async (host: string, request: ProbeRequest) => {
    const probe = probes.get(host) ?? openProbe(tree, host)
    probes.set(host, probe)
    const answer = await probe.ask(request)
    if ('error' in answer)
      throw new EnvironmentError('provision', 'environment', `the probe on ${host}: ${answer.error}; run it again`)
    return answer
  }
  return {
    async listen(host, ports) {
      await ask(host, { op: 'listen', ports })
    },
    async tryAll(host, attempts, timeoutMs) {
      const answer = await ask(host, { op: 'try', attempts, timeoutMs })
      return 'attempts' in answer ? answer.attempts : []
    },
    async exchange(host, request) {
      const answer = await ask(host, { op: 'exchange', ...request })
      if ('exchanged' in answer) return answer.exchanged
      throw new Error('a probe that was to exchange a message did something else')
    },
    async waitReady(host, wanted, timeoutMs, signal) {
      const answer = await Promise.race([ask(host, { op: 'ready', wanted, timeoutMs }), aborted(signal)])
      if ('refused' in answer) throw new EnvironmentError('start', 'target', answer.refused)
      return 'missing' in answer ? answer.missing : null
    },
    async close() {
      await Promise.all([...probes.values()].map(probe => probe.close()))
    },
  }
}

function openProbe(tree: Tree, host: string): Probe {
  const [program, ...args] = tree.enter(host, [process.execPath, entries.probe])
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then((): ProbeAnswer => ({ error: 'it ended' }))
  child.stdin.on('error', () => {})
  let last: Promise<unknown> = Promise.resolve()
  const askNow = async (request: ProbeRequest): Promise<ProbeAnswer> => {
    const line = once(lines, 'line').then(([text]) => JSON.parse(text as string) as ProbeAnswer)
    child.stdin.write(`${JSON.stringify(request)}\n`)
    return await Promise.race([line, ended])
  }
  return {
    ask(request) {
      const answer = last.then(() => askNow(request))
      last = answer.catch(() => {})
      return answer
    },
    async close() {
      child.stdin.end()
      await ended
    },
  }
}
