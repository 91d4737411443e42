import { printable } from '../printable.ts'
import { TokenProblem } from './problem.ts'

export interface Token {
  /** What may stand in an Authorization header (RFC 6750, 2.1). */
  readonly value: string
  readonly lifetimeMs: number
}

const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/
const LONGEST_TOKEN = 32 * 1024
/** Of a server that does not say: SMART's longest. */
const SILENT_LIFETIME_S = 300

/** The token of an answer (RFC 6749, 5.1). Throws TokenProblem, with what is wrong and without the token. */
export function tokenIn(body: string): Token {
  const fields = fieldsOf(body)
  if (fields === null) throw notJson(body)
  return { value: tokenTextOf(fields), lifetimeMs: lifetimeOf(fields.expires_in ?? SILENT_LIFETIME_S) }
}

/** The members of a JSON object; null = it is none. */
export function fieldsOf(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function notJson(body: string): TokenProblem {
  return body.trimStart().startsWith('<')
    ? unfit('its answer is HTML or XML, no JSON', 'check auth.tokenUrl: a page to log in at may be what stands there')
    : unfit('its answer is no JSON object', 'check auth.tokenUrl')
}

function tokenTextOf({ access_token: value, token_type: type }: Readonly<Record<string, unknown>>): string {
  if (typeof value !== 'string' || value === '') throw unfit('its answer holds no access_token', 'check auth.tokenUrl')
  if (typeof type !== 'string') throw unfit('its answer names no token_type', 'have the server say Bearer')
  if (type.toLowerCase() !== 'bearer')
    throw unfit('its token_type is not Bearer', 'have the server give bearer tokens', ` (${printable(type, 40)})`)
  if (value.length > LONGEST_TOKEN)
    throw unfit(`its access_token is longer than ${LONGEST_TOKEN} characters`, 'have the server give a shorter one')
  if (!BEARER.test(value))
    throw unfit(
      'its access_token has characters that no header may hold',
      'have the server give one of letters, digits and -._~+/ (RFC 6750, 2.1)',
    )
  return value
}

/** Some servers write the seconds as a text. */
function lifetimeOf(seconds: unknown): number {
  const isNumber = typeof seconds === 'number' || (typeof seconds === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(seconds))
  if (!isNumber)
    throw unfit('its expires_in is no number', 'have the server say seconds', ` (${printable(String(seconds), 40)})`)
  const lifetimeMs = Number(seconds) * 1000
  if (!(lifetimeMs > 0)) throw unfit('its token has expired already', "see the server's settings")
  return lifetimeMs
}

const unfit = (what: string, remedy: string, detail = '') => new TokenProblem(what, remedy, true, detail)
