import type { Endpoint, FhirEndpoint, Protocol } from '../model/scenario.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'

export type ParsedEndpoint<T> = { readonly endpoint: T } | { readonly expected: string; readonly hint: string | null }

/** `mllp://host:port`, or `mllps:` for TLS; port 2575 (registered for HL7) when absent. */
export function parseMllpEndpoint(text: string): ParsedEndpoint<Endpoint> {
  const expected = 'mllp://host:port, or mllps://host:port'
  const url = urlOf(text)
  if (!url?.hostname || !/^mllps?:$/.test(url.protocol)) return { expected, hint: null }
  if (!/^\/?$/.test(url.pathname) || hasMore(url)) return { expected, hint: null }
  return { endpoint: { host: hostOf(url), port: url.port === '' ? 2575 : Number(url.port) } }
}

/** `http://host:port/base`, or `https:`; port 80 or 443 when absent, a trailing slash taken off the base. */
export function parseFhirEndpoint(text: string): ParsedEndpoint<FhirEndpoint> {
  const expected = 'http://host:port/base, or https://host:port/base'
  const url = urlOf(text)
  if (!url?.hostname || !/^https?:$/.test(url.protocol) || hasMore(url)) return { expected, hint: null }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { endpoint: { host: hostOf(url), port, basePath: url.pathname.replace(/\/+$/, '') } }
}

/** Whether the address that an environment gives for a protocol asks for TLS. */
export function isSecure(environment: ParsedEnvironment, protocol: Protocol): boolean {
  return environment.kind === 'attached' && /^(mllps|https):/i.test(environment[protocol] ?? '')
}

/** Whether a host can only be this machine: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** A host name or address as the operating system takes it: lower case, without brackets. */
export function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

const urlOf = (text: string) => (URL.canParse(text) ? new URL(text) : null)
const hostOf = (url: URL) => plainHost(url.hostname)
const hasMore = (url: URL) =>
  url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.port === '0'
