import type { Endpoint } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'
import { TlsClient } from '../protocol/tls.ts'
import { HUNG_UP, NO_HANDSHAKE, type TlsProblem, tlsProblem } from '../protocol/tlsProblem.ts'
import { EnvironmentError } from './error.ts'
import type { ReadinessCheck } from './ready.ts'

/**
 * `hasConnected` false = nobody listens, which may pass. With a problem, `isFinal` tells that trying again will not help.
 * A connection that is open long enough for the server's last word on the client's certificate is good.
 */
export type TlsProbe =
  | { readonly isOpen: true }
  | { readonly isOpen: false; readonly hasConnected: false; readonly code: string }
  | { readonly isOpen: false; readonly hasConnected: true; readonly problem: TlsProblem; readonly isFinal: boolean }

/** Least wait for a rejection after the handshake, ms; more where the handshake, at least one round trip, took longer. */
const SETTLE_MS = 100

/**
 * One handshake, and nothing sent after it. In TLS 1.3 the server judges the client's certificate after the client is done (RFC 8446, 2):
 * its alert comes a round trip later, or it just hangs up.
 */
export function probeTls(endpoint: Endpoint, material: TlsClientMaterial, signal: AbortSignal): Promise<TlsProbe> {
  return new Promise(resolve => {
    let hasConnected = false
    let isDone = false
    let timer: NodeJS.Timeout | undefined
    let error: NodeJS.ErrnoException | null = null
    const finish = (probe: TlsProbe) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(probe)
    }
    const failed = (problem: TlsProblem, isFinal: boolean) =>
      finish({ isOpen: false, hasConnected: true, problem, isFinal })
    const onAbort = () =>
      hasConnected ? failed(NO_HANDSHAKE, false) : finish({ isOpen: false, hasConnected: false, code: 'no answer' })
    const begin = performance.now()
    const buffer = new Uint8Array(16_384)
    const socket = new TlsClient(material).connect(endpoint, { buffer, callback: () => true })
    signal.addEventListener('abort', onAbort)
    socket.on('connect', () => {
      hasConnected = true
    })
    socket.on('secureConnect', () => {
      isDone = true
      const settleMs = SETTLE_MS + 2 * (performance.now() - begin)
      timer = setTimeout(() => finish({ isOpen: true }), settleMs)
    })
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      error = cause
    })
    socket.on('close', () => {
      const problem = error && tlsProblem(error, material)
      if (problem !== null) return failed(problem, true)
      if (isDone) return failed(HUNG_UP, false)
      if (hasConnected) return failed(NO_HANDSHAKE, false)
      finish({ isOpen: false, hasConnected: false, code: error?.code ?? error?.message ?? 'closed' })
    })
  })
}

/** The check of a server that speaks TLS: `next` is asked once the handshake is known to be good. What cannot get better is thrown. */
export function secureReady(
  where: string,
  endpoint: Endpoint,
  material: TlsClientMaterial,
  next: ReadinessCheck,
): ReadinessCheck {
  return async signal => {
    const probe = await probeTls(endpoint, material, signal)
    if (probe.isOpen) return next(signal)
    if (!probe.hasConnected) return `${where}: ${probe.code}`
    const { what, remedy } = probe.problem
    if (probe.isFinal) throw new EnvironmentError('start', 'target', `no TLS with ${where}: ${what}; ${remedy}`)
    return `${where}: ${what}; ${remedy}`
  }
}
