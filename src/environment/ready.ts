import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint, FhirEndpoint } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'
import { ask } from '../protocol/http/ask.ts'
import { type Capability, undeclared } from './capability.ts'
import { EnvironmentError } from './error.ts'
import { secureReady } from './secureReady.ts'
import { keptToken } from './token.ts'
import { PLAIN, type Way } from './ways.ts'

/** What a protocol of the load is waiting for: null once it answers, otherwise why it does not. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<string | null>

const ATTEMPT_MS = 5_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 200
/** An application server answers 404 to everything until it has deployed the FHIR server. */
const WITHOUT_METADATA_MS = 2_000

/**
 * Repeats the checks until each has succeeded once. Resolves with null, or with what was missing at the end of
 * `timeoutMs`; rejects with the signal's reason when aborted.
 */
export async function waitReady(
  checks: readonly ReadinessCheck[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const deadline = performance.now() + timeoutMs
  const missing = await Promise.all(checks.map(check => waitOne(check, deadline, signal)))
  const reasons = missing.filter(reason => reason !== null)
  return reasons.length === 0 ? null : reasons.join('; ')
}

async function waitOne(check: ReadinessCheck, deadline: number, signal: AbortSignal): Promise<string | null> {
  let reason: string | null = null
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    const attemptMs = Math.max(1, Math.min(ATTEMPT_MS, Math.ceil(deadline - performance.now())))
    const cut = AbortSignal.timeout(attemptMs)
    const found = await check(AbortSignal.any([signal, cut]))
    signal.throwIfAborted()
    if (found === null) return null
    // Where the deadline cuts an attempt short, what the one before found says more.
    if (reason === null || !cut.aborted || attemptMs === ATTEMPT_MS) reason = found
    if (performance.now() + pauseMs >= deadline) return reason
    await sleep(pauseMs, undefined, { signal })
  }
}

/** MLLP is ready when the port takes a connection; with TLS, when the handshake is done. */
export function mllpReady({ host, port }: Endpoint, tls: TlsClientMaterial | null = null): ReadinessCheck {
  const where = `mllp ${host}:${port}`
  if (tls !== null) return secureReady(where, { host, port }, tls, async () => null)
  return signal =>
    new Promise(resolve => {
      const socket = connect({ host, port })
      const finish = (reason: string | null) => {
        signal.removeEventListener('abort', onAbort)
        socket.destroy()
        resolve(reason)
      }
      const onAbort = () => finish(`${where}: no answer`)
      signal.addEventListener('abort', onAbort)
      socket.on('error', error => finish(`${where}: ${codeOf(error)}`))
      // Nobody listening, a socket may be given the very port it dials and be connected to itself.
      socket.on('connect', () =>
        finish(socket.localPort === port && isOwnAddress(socket) ? `${where}: ECONNREFUSED` : null),
      )
    })
}

const isOwnAddress = (socket: { localAddress?: string | undefined; remoteAddress?: string | undefined }) =>
  socket.localAddress === socket.remoteAddress

/**
 * FHIR is ready when `GET [base]/metadata` gives a CapabilityStatement (FHIR R4, RESTful API, capabilities) that declares what the
 * loads need; one that declares less throws EnvironmentError. Where that is to be ignored, one that is not read here will do. A server without metadata is ready when its base answers with a status below
 * 500 and, where that too is 404, goes on doing so.
 */
export function fhirReady(endpoint: FhirEndpoint, { tls, auth, needs }: Way = PLAIN): ReadinessCheck {
  const { host, port, basePath } = endpoint
  const where = `fhir http${tls === null ? '' : 's'}://${host.includes(':') ? `[${host}]` : host}:${port}${basePath}`
  let missingSince: number | null = null
  const kept = keptToken(auth, { ...endpoint, tls }, where)
  const check: ReadinessCheck = async signal => {
    const token = await kept.headers(signal)
    if (typeof token === 'string') return token
    const headers = { accept: 'application/fhir+json', ...token }
    const get = (path: string) => ask({ host, port, tls, headers, path }, signal)
    const metadata = await get(`${basePath}/metadata`)
    if (typeof metadata === 'string') return `${where}/metadata: ${metadata}`
    if (metadata.status === 200) {
      const capability = capabilityIn(metadata.body)
      if (capability === null) return needs === null && isUnread(metadata.body) ? null : unread(where, metadata.body)
      if (needs !== null) refuseTooLittle(undeclared(capability, needs), where)
      return null
    }
    if (metadata.status === 401) kept.drop()
    if (metadata.status !== 404) return `${where}/metadata: http ${metadata.status}`
    const root = await get(basePath === '' ? '/' : basePath)
    if (typeof root === 'string') return `${where}: ${root}`
    if (root.status >= 500) return `${where}: http ${root.status}`
    missingSince ??= performance.now()
    return root.status !== 404 || performance.now() - missingSince >= WITHOUT_METADATA_MS
      ? null
      : `${where}/metadata: http 404`
  }
  return tls === null ? check : secureReady(where, endpoint, tls, check)
}

/** What a server says of itself does not change by waiting. */
function refuseTooLittle(missing: readonly string[], where: string): void {
  if (missing.length === 0) return
  const message =
    `${where}/metadata declares less than the operations need (${missing.join('; ')}); ` +
    "take other operations, have the server declare it, or set capability: 'ignore' on the load"
  throw new EnvironmentError('start', 'target', message)
}

/** In what a reason stands for which the server is up, and says what is not read here. */
export const ANSWERED = 'it answered, but with no CapabilityStatement in JSON'

/** A statement in XML, or what was compressed unasked (RFC 1952: 1f 8b, the second of which is no UTF-8). */
const isXml = (body: string) => /<([\w-]+:)?CapabilityStatement[\s>]/.test(body.slice(0, 2_000))
const isGzip = (body: string) => body.startsWith('\x1f\ufffd')
const isUnread = (body: string) => isXml(body) || isGzip(body)

function unread(where: string, body: string): string {
  const found = isXml(body) ? ' (found XML)' : isGzip(body) ? ' (found gzip, which was not asked for)' : ''
  const remedy = isUnread(body)
    ? "have it answer Accept: application/fhir+json without compression, or set capability: 'ignore' on the load"
    : 'check the path of the FHIR base'
  return `${where}/metadata: ${ANSWERED}${found}; ${remedy}`
}

function capabilityIn(body: string): Capability | null {
  try {
    const resource = JSON.parse(body) as { resourceType?: unknown } | null
    return resource?.resourceType === 'CapabilityStatement' ? (resource as Capability) : null
  } catch {
    return null
  }
}

function codeOf(error: Error): string {
  const { code = error.message } = error as NodeJS.ErrnoException
  return code === 'ABORT_ERR' ? 'no answer' : code
}
