import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type Command, Option } from 'commander'
import { makeIdentities } from '../environment/builtinTls.ts'
import { TLS_VERSIONS, type TlsServerMaterial, type TlsVersion } from '../model/tls.ts'
import { UsageError } from './errors.ts'

/** How a target that is served by hand speaks TLS. */
export interface ServeTlsFlags {
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsClientCa?: string
  readonly tlsMake?: string
  readonly tlsMutual?: boolean
  readonly tlsMinVersion: TlsVersion
}

export function addServeTlsOptions(command: Command): Command {
  return command
    .option('--tls-cert <file>', 'speak TLS with this certificate (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--tls-client-ca <file>', 'demand client certificates that come from this authority (PEM)')
    .option(
      '--tls-make <folder>',
      'speak TLS with certificates made now; writes ca.pem, client.pem and client-key.pem there, for clients',
    )
    .option('--tls-mutual', 'with --tls-make: demand the client certificate')
    .addOption(new Option('--tls-min-version <version>', 'lowest version').choices(TLS_VERSIONS).default('TLSv1.2'))
}

/** null = no TLS. Throws UsageError for files that are not fit for use. */
export async function serveTls(host: string, flags: ServeTlsFlags): Promise<TlsServerMaterial | null> {
  const { tlsCert, tlsKey, tlsClientCa, tlsMake, tlsMutual, tlsMinVersion: minVersion } = flags
  if (tlsMake !== undefined) {
    if (tlsCert !== undefined || tlsKey !== undefined || tlsClientCa !== undefined)
      throw new UsageError('--tls-make makes its own certificates: leave out --tls-cert, --tls-key and --tls-client-ca')
    return await madeIn(tlsMake, host, tlsMutual === true, minVersion)
  }
  if (tlsMutual)
    throw new UsageError('--tls-mutual goes with --tls-make; with your own certificates say --tls-client-ca')
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return null
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('TLS needs both --tls-cert and --tls-key')
  const clientCa = tlsClientCa === undefined ? null : read('--tls-client-ca', tlsClientCa)
  const material = { cert: read('--tls-cert', tlsCert), key: read('--tls-key', tlsKey), clientCa, minVersion }
  try {
    createSecureContext({ cert: material.cert, key: material.key, ...(clientCa === null ? {} : { ca: clientCa }) })
  } catch (error) {
    throw new UsageError(
      `these certificates are not fit for use (${(error as NodeJS.ErrnoException).code}): give PEM files, and the key that belongs to the certificate`,
    )
  }
  return material
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): name a PEM file`)
  }
}

async function madeIn(
  folder: string,
  host: string,
  mutual: boolean,
  minVersion: TlsVersion,
): Promise<TlsServerMaterial> {
  const { authority, server, client } = await makeIdentities([host, 'localhost', '127.0.0.1', '::1'])
  mkdirSync(folder, { recursive: true })
  const write = (name: string, text: string, mode: number) => writeFileSync(join(folder, name), text, { mode })
  write('ca.pem', authority, 0o644)
  write('client.pem', client.certificate, 0o644)
  write('client-key.pem', client.privateKey, 0o600)
  return { cert: server.certificate, key: server.privateKey, clientCa: mutual ? authority : null, minVersion }
}
