import type { AuthMaterial } from '../../model/auth.ts'
import type { TlsClientMaterial } from '../../model/tls.ts'
import { codeOf, type Reply, replyTo } from '../http/ask.ts'
import { printable } from '../printable.ts'
import { tlsProblem } from '../tlsProblem.ts'
import { clientAssertion } from './assertion.ts'
import { TokenProblem } from './problem.ts'
import { fieldsOf, type Token, tokenIn } from './token.ts'
import { discoverTokenUrl, type Guarded } from './tokenUrl.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const SKEW_MS = 60_000

/** Errors of RFC 6749, 5.2, and what mends them. */
const REMEDIES: Readonly<Record<string, string>> = {
  invalid_client: 'check auth.clientId, auth.key, auth.keyId and auth.algorithm against what the server has registered',
  invalid_grant: 'check auth.tokenUrl: it must be the one that the server expects as audience',
  unauthorized_client: 'have the client registered for client_credentials',
  unsupported_grant_type: 'check that the server supports SMART backend services',
  invalid_scope: 'ask for a scope in auth.scope that the client is registered for',
  invalid_request: 'check auth.tokenUrl, and that the server supports SMART backend services',
}

/** Where tokens for a server come from; found once. Throws TokenProblem. */
export async function tokenUrlOf(auth: AuthMaterial, server: Guarded, signal: AbortSignal): Promise<string> {
  return auth.tokenUrl ?? (await discoverTokenUrl(server, signal))
}

/** Asks for a token by client_credentials with a signed assertion. Throws TokenProblem. */
export async function fetchToken(
  auth: AuthMaterial,
  tokenUrl: string,
  { host, tls }: Pick<Guarded, 'host' | 'tls'>,
  signal: AbortSignal,
): Promise<Token> {
  const assertion = clientAssertion(auth, tokenUrl, Date.now())
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: auth.scope,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  })
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
  const question = { ...addressOf(new URL(tokenUrl), host, tls, auth.tls), headers, body: form.toString() }
  const reply = await replyTo(question, signal)
  if (reply instanceof Error) unanswered(reply, tokenUrl, question.tls)
  return reply.status === 200 ? tokenIn(reply.body) : refuse(reply, assertion)
}

/** The load's own TLS settings hold for its token endpoint too; their server name only for the same host. */
function addressOf(url: URL, fhirHost: string, tls: TlsClientMaterial | null, ofTokens: TlsClientMaterial | null) {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isSecure = url.protocol === 'https:'
  const own = tls === null ? ofTokens : host === fhirHost ? tls : { ...tls, serverName: null }
  return {
    host,
    port: Number(url.port) || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    tls: isSecure ? (own ?? ORDINARY_TLS) : null,
  }
}

const ORDINARY_TLS: TlsClientMaterial = {
  ca: null,
  cert: null,
  key: null,
  passphrase: null,
  serverName: null,
  minVersion: 'TLSv1.2',
  verify: true,
}

function unanswered(error: Error, tokenUrl: string, tls: TlsClientMaterial | null): never {
  const problem = tls && tlsProblem(error, tls)
  if (problem !== null)
    throw new TokenProblem(`no TLS with the token endpoint: ${problem.what}`, problem.remedy, true, ` (${tokenUrl})`)
  throw new TokenProblem(codeOf(error), `check that the token endpoint ${tokenUrl} can be reached`, false)
}

function refuse({ status, body, date }: Reply, assertion: string): never {
  const { error, error_description } = fieldsOf(body) ?? {}
  const code = typeof error === 'string' && Object.hasOwn(REMEDIES, error) ? error : null
  const isFinal =
    status < 500 && status !== 408 && status !== 425 && status !== 429 && (code !== null || status !== 404)
  const said = typeof error_description === 'string' ? ` (${shown(error_description, assertion)})` : ''
  const remedy = code === null ? 'check auth.tokenUrl' : REMEDIES[code]!
  const what = code === null ? `http ${status}` : `http ${status} ${code}`
  throw new TokenProblem(what, `${skewOf(date, Date.now())}${remedy}`, isFinal, said)
}

/** An assertion's times are the client's: clocks that differ are why good ones are refused. */
function skewOf(date: string | null, nowMs: number): string {
  const aheadMs = date === null ? Number.NaN : nowMs - Date.parse(date)
  if (!(Math.abs(aheadMs) > SKEW_MS)) return ''
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  return `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's, so set it right first; else `
}

function shown(text: string, assertion: string): string {
  const masked = text
    .replaceAll(assertion, '***')
    .replace(/[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}(\.[A-Za-z0-9_-]*)?/g, '***')
  return printable(masked, 200)
}
