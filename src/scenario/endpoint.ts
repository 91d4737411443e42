import type { Endpoint, FhirEndpoint, Protocol } from '../model/scenario.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'

export type ParsedEndpoint<T> = { readonly endpoint: T } | { readonly expected: string; readonly hint: string | null }

/**
 * `mllp://host:port`, or `mllps:` for TLS; port 2575 (registered for HL7) when absent. `hl7+http://host:port/path`, or `hl7+https:`, is HL7
 * over HTTP; port 80 or 443 when absent.
 */
export function parseMllpEndpoint(text: string): ParsedEndpoint<Endpoint> {
  const expected = 'mllp://host:port or mllps://host:port, or hl7+http://host:port/path or hl7+https://host:port/path'
  const url = urlOf(text)
  const usual = PORTS[url?.protocol ?? '']
  if (!url?.hostname || usual === undefined) return { expected, hint: null }
  if ((isHl7Http(text) ? false : !/^\/?$/.test(url.pathname)) || hasMore(url)) return { expected, hint: null }
  return { endpoint: { host: hostOf(url), port: url.port === '' ? usual : Number(url.port) } }
}

/** `http://host:port/base`, or `https:`; port 80 or 443 when absent, a trailing slash taken off the base. */
export function parseFhirEndpoint(text: string): ParsedEndpoint<FhirEndpoint> {
  const expected = 'http://host:port/base, or https://host:port/base'
  const url = urlOf(text)
  if (!url?.hostname || !/^https?:$/.test(url.protocol) || hasMore(url)) return { expected, hint: null }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { endpoint: { host: hostOf(url), port, basePath: url.pathname.replace(/\/+$/, '') } }
}

const PORTS: Readonly<Record<string, number>> = { 'mllp:': 2575, 'mllps:': 2575, 'hl7+http:': 80, 'hl7+https:': 443 }

/** Whether an address is one of HL7 over HTTP. */
export const isHl7Http = (text: string): boolean => /^hl7\+https?:/i.test(text)

/** Whether the address that an environment gives for messages is one of HL7 over HTTP. */
export const speaksHl7Http = (environment: ParsedEnvironment | undefined): boolean =>
  environment?.kind === 'attached' && isHl7Http(environment.mllp ?? '')

/** The path of an address of HL7 over HTTP; null = it is none, or has none. */
export function hl7PathOf(environment: ParsedEnvironment | undefined): string | null {
  const text = environment?.kind === 'attached' ? environment.mllp : undefined
  if (text === undefined || !isHl7Http(text)) return null
  const path = urlOf(text)?.pathname ?? ''
  return path === '' || path === '/' ? null : path
}

/** Whether the address that an environment gives for a protocol asks for TLS. */
export function isSecure(environment: ParsedEnvironment, protocol: Protocol): boolean {
  return environment.kind === 'attached' && /^(mllps|https|hl7\+https):/i.test(environment[protocol] ?? '')
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
