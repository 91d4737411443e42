import type { Load, Protocol } from '../model/scenario.ts'
import type { TlsClientMaterial, TlsServerMaterial, TlsSettings } from '../model/tls.ts'

/** How the built-in targets of a run, and the loads that go to them, speak TLS. */
export interface BuiltinTls {
  readonly server: Readonly<Record<Protocol, TlsServerMaterial | null>>
  /** By load of the scenario. */
  readonly clients: readonly (TlsClientMaterial | null)[]
}

/** Makes certificates afresh for the built-in targets at an address; none where no load speaks TLS. */
export async function makeBuiltinTls(loads: readonly Load[], address: string): Promise<BuiltinTls> {
  if (loads.every(({ tls }) => tls === null))
    return { server: { mllp: null, fhir: null }, clients: loads.map(() => null) }
  const identities = await makeIdentities([address, 'localhost', '127.0.0.1', '::1'])
  const serverOf = (protocol: Protocol) => {
    // All loads of a built-in target agree on these (room `scenario`).
    const settings = loads.find(load => load.protocol === protocol)?.tls ?? null
    return settings && serverMaterial(identities, settings)
  }
  return {
    server: { mllp: serverOf('mllp'), fhir: serverOf('fhir') },
    clients: loads.map(({ tls }) => tls && clientMaterial(identities, tls)),
  }
}

export type Identities = Awaited<ReturnType<typeof makeIdentities>>

/** An authority, a server that answers to these names and addresses, and a client. */
export async function makeIdentities(names: readonly string[]) {
  // It takes its time to load, and most runs need no certificate.
  const { makeAuthority } = await import('./certificates.ts')
  const authority = await makeAuthority('hl7bench')
  const server = await authority.issue([...new Set(names)])
  const client = await authority.issue(['hl7bench-client.example.org'])
  return { authority: authority.certificate, server, client }
}

type How = Pick<TlsSettings, 'mutual' | 'minVersion'>

export function serverMaterial({ server, authority }: Identities, { mutual, minVersion }: How): TlsServerMaterial {
  return { cert: server.certificate, key: server.privateKey, clientCa: mutual ? authority : null, minVersion }
}

function clientMaterial({ client, authority }: Identities, { mutual, minVersion }: How): TlsClientMaterial {
  return {
    ca: [authority],
    cert: mutual ? client.certificate : null,
    key: mutual ? client.privateKey : null,
    passphrase: null,
    serverName: null,
    minVersion,
    verify: true,
  }
}
