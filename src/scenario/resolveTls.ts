import type { PemSource, TlsSettings } from '../model/tls.ts'
import type { Place } from './finding.ts'
import { type ParsedTls, TLS_DEFAULTS } from './tlsSchema.ts'

/** What a load takes for granted with `verify: false`. */
export const UNVERIFIED = 'the server is who it says it is: its certificate was not verified (verify: false)'

export function resolveTls(parsed: ParsedTls, place: Place): TlsSettings | null {
  if (parsed === false) return null
  const { mutual, ca, cert, key, passphrase, serverName, minVersion, verify } = parsed === true ? TLS_DEFAULTS : parsed
  const source = (text: string | undefined) => (text === undefined ? null : sourceOf(text, place))
  return {
    mutual,
    ca: [ca ?? []].flat().map(text => sourceOf(text, place)),
    cert: source(cert),
    key: source(key),
    passphrase: source(passphrase),
    serverName: serverName ?? null,
    minVersion,
    verify,
  }
}

/** `env:NAME`, or the name of a file. */
export function sourceOf(text: string, place: Place): PemSource {
  return text.startsWith('env:')
    ? { kind: 'variable', name: text.slice('env:'.length) }
    : { kind: 'file', file: place.resolve(text) }
}
