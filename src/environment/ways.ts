import type { AuthMaterial } from '../model/auth.ts'
import type { Load, Protocol } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'

/** How a load speaks to a server. */
export interface Way {
  /** Null = no TLS. */
  readonly tls: TlsClientMaterial | null
  /** Null = no access token. */
  readonly auth: AuthMaterial | null
}

export const PLAIN: Way = { tls: null, auth: null }

/** The ways in which the loads speak to the server of each protocol, each once. */
export function waysOf(
  loads: readonly Load[],
  tls: readonly (TlsClientMaterial | null)[],
  auth: readonly (AuthMaterial | null)[],
): Readonly<Record<Protocol, readonly Way[]>> {
  const ways = loads.map((_, index): Way => ({ tls: tls[index] ?? null, auth: auth[index] ?? null }))
  const of = (protocol: Protocol) => {
    const own = ways.filter((_, index) => loads[index]!.protocol === protocol)
    return [...new Map(own.map(way => [JSON.stringify(way), way])).values()]
  }
  return { mllp: of('mllp'), fhir: of('fhir') }
}
