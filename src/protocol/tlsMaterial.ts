import { readFileSync } from 'node:fs'
import type { PemSource, TlsClientMaterial, TlsSettings } from '../model/tls.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Reads what a source stands for. Throws, without the text, when it cannot be read. */
export function readPem(source: PemSource, env: Variables): string {
  if (source.kind === 'file') return readFileSync(source.file, 'utf8')
  const value = env[source.name]
  if (!value) throw new Error(`the environment variable ${source.name} is not set`)
  return source.name.endsWith('_FILE') ? readFileSync(value, 'utf8') : value
}

/** Everything that the settings name, read anew: a certificate may have been renewed since the last run. Throws when something cannot be read. */
export function materialOf(settings: TlsSettings, env: Variables): TlsClientMaterial {
  const { ca, cert, key, passphrase, serverName, minVersion, verify } = settings
  const read = (source: PemSource | null) => source && readPem(source, env)
  return {
    ca: ca.length === 0 ? null : ca.map(source => readPem(source, env)),
    cert: read(cert),
    key: read(key),
    passphrase: read(passphrase)?.trim() ?? null,
    serverName,
    minVersion,
    verify,
  }
}
