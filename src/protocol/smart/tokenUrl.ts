import type { TlsClientMaterial } from '../../model/tls.ts'
import { ask } from '../http/ask.ts'
import { TokenProblem } from './problem.ts'

/** The FHIR server that tokens are for. */
export interface Guarded {
  readonly host: string
  readonly port: number
  readonly basePath: string
  readonly tls: TlsClientMaterial | null
}

const UNREACHED = 'start the FHIR server, or check host, port, path and firewall'

/** `token_endpoint` of the server's SMART configuration. Throws TokenProblem. */
export async function discoverTokenUrl(server: Guarded, signal: AbortSignal): Promise<string> {
  const { host, port, basePath, tls } = server
  const path = `${basePath}/.well-known/smart-configuration`
  const reply = await ask({ host, port, path, tls, headers: { accept: 'application/json' } }, signal)
  const remedy = 'give the token URL as auth.tokenUrl'
  if (typeof reply === 'string') throw new TokenProblem(`${path}: ${reply}`, UNREACHED, false)
  if (reply.status !== 200) throw new TokenProblem(`${path}: http ${reply.status}`, remedy, false)
  const endpoint = endpointIn(reply.body)
  if (endpoint === null) throw new TokenProblem(`${path} names no token_endpoint that is a URL`, remedy, true)
  if (tls !== null && endpoint.protocol === 'http:')
    throw new TokenProblem(
      `${path} names a token endpoint without TLS, though the FHIR server speaks it`,
      'have it name one with https://, or, where tokens are meant to go in clear, give it as auth.tokenUrl',
      true,
    )
  // A key is used only towards the server itself, and whom the user named.
  if (bare(endpoint.hostname) === bare(host)) return endpoint.href
  throw new TokenProblem(
    `${path} names a token endpoint on another host, ${endpoint.hostname}`,
    'if it is the right one, give it as auth.tokenUrl',
    true,
  )
}

function endpointIn(body: string): URL | null {
  try {
    const { token_endpoint } = JSON.parse(body) as { token_endpoint?: unknown }
    const url = new URL(String(token_endpoint))
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null
  } catch {
    return null
  }
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
