import { createPublicKey, randomBytes, verify } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TokenServerMaterial } from '../model/auth.ts'
import { type FhirAnswer, FhirRefusal, refusalAnswer } from './fhirAnswer.ts'

export interface TokenServer {
  url(baseUrl: string): string
  /** The answer to what concerns tokens, and to whoever comes without a good one; null = the request may be performed. */
  answer(
    request: IncomingMessage,
    target: string,
    body: Buffer | null,
    baseUrl: string,
    nowMs: number,
  ): FhirAnswer | null
}

/** SMART's longest, and what clocks may differ by. */
const LONGEST_ASSERTION_MS = 300_000
const SKEW_MS = 5_000
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The token endpoint of the built-in server for one client: SMART backend services with a signed assertion (SMART App Launch 2.2). Signature,
 * issuer, audience, expiry and the single use of its jti are verified. What the scope allows is not looked at.
 */
export function createTokenServer(material: TokenServerMaterial, basePath: string): TokenServer {
  const { tokenLifetimeMs } = material
  const check = createAssertionCheck(material)
  /** Ends of tokens, ms since 1970. */
  const tokens = new Map<string, number>()

  const issue = (scope: string, nowMs: number): FhirAnswer => {
    sweep(tokens, nowMs)
    const token = randomBytes(32).toString('base64url')
    tokens.set(token, nowMs + tokenLifetimeMs)
    return json(200, { access_token: token, token_type: 'bearer', expires_in: tokenLifetimeMs / 1000, scope })
  }

  const exchange = (body: Buffer | null, audience: string, nowMs: number): FhirAnswer => {
    const form = new URLSearchParams(body?.toString() ?? '')
    const scope = form.get('scope')
    if (form.get('grant_type') !== 'client_credentials')
      return refuse('unsupported_grant_type', 'only client_credentials is served')
    if (form.get('client_assertion_type') !== ASSERTION_TYPE)
      return refuse('invalid_client', `client_assertion_type: expected ${ASSERTION_TYPE}`)
    if (!scope) return refuse('invalid_scope', 'a scope is needed')
    const wrong = check(form.get('client_assertion') ?? '', audience, nowMs)
    return wrong === null ? issue(scope, nowMs) : refuse('invalid_client', wrong)
  }

  const admits = (authorization: string | undefined, nowMs: number): boolean => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return token !== undefined && (tokens.get(token) ?? 0) > nowMs
  }

  const url = (baseUrl: string) => `${baseUrl}/auth/token`
  return {
    url,
    answer(request, target, body, baseUrl, nowMs) {
      if (target === `${basePath}/.well-known/smart-configuration`) return json(200, configuration(url(baseUrl)))
      if (target === `${basePath}/auth/token`)
        return request.method === 'POST' ? exchange(body, url(baseUrl), nowMs) : json(405, {}, { Allow: 'POST' })
      return admits(request.headers.authorization, nowMs) ? null : UNAUTHORIZED
    },
  }

  function configuration(tokenUrl: string): object {
    return {
      token_endpoint: tokenUrl,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: [material.algorithm],
      scopes_supported: ['system/*.cruds'],
      capabilities: ['client-confidential-asymmetric'],
    }
  }
}

const UNAUTHORIZED = refusalAnswer(
  new FhirRefusal(401, 'login', 'a good access token is needed', { 'WWW-Authenticate': 'Bearer' }),
)

/** Tells what is wrong with an assertion, or null. */
function createAssertionCheck({ clientId, publicKey, algorithm }: TokenServerMaterial) {
  const key = createPublicKey(publicKey)
  /** Ends of assertions by jti, ms since 1970. */
  const used = new Map<string, number>()
  return (assertion: string, audience: string, nowMs: number): string | null => {
    const [head = '', claimsText = '', signature = ''] = assertion.split('.')
    const header = partOf(head)
    const { iss, sub, aud, jti, exp } = partOf(claimsText)
    if (header.alg !== algorithm) return `alg: expected ${algorithm}`
    const signed = Buffer.from(`${head}.${claimsText}`)
    if (!verify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
      return 'the signature does not verify'
    if (iss !== clientId || sub !== clientId) return 'iss and sub: this client is not known'
    if (aud !== audience) return `aud: expected ${audience}`
    if (typeof exp !== 'number' || exp * 1000 < nowMs - SKEW_MS) return 'exp: the assertion has expired'
    if (exp * 1000 > nowMs + LONGEST_ASSERTION_MS + SKEW_MS) return 'exp: more than five minutes ahead'
    sweep(used, nowMs - SKEW_MS)
    if (typeof jti !== 'string' || used.has(jti)) return 'jti: none, or used before'
    used.set(jti, exp * 1000)
    return null
  }
}

function sweep(ends: Map<string, number>, nowMs: number): void {
  for (const [name, endMs] of ends) if (endMs < nowMs) ends.delete(name)
}

function partOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const part: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const refuse = (error: string, description: string) => json(400, { error, error_description: description })

function json(status: number, content: object, headers: Readonly<Record<string, string>> = {}): FhirAnswer {
  const body = Buffer.from(JSON.stringify(content))
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    body,
    arrival: null,
  }
}
