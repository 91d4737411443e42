import type { AuthMaterial } from '../model/auth.ts'
import type { Load, Protocol } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'
import { distinct, type FhirNeed } from '../workload/fhir/needs.ts'
import { needsOfLoad } from './loadNeeds.ts'

/** How loads speak to a server, and what they ask of it. */
export interface Way {
  /** Null = no TLS. */
  readonly tls: TlsClientMaterial | null
  /** Null = no access token. */
  readonly auth: AuthMaterial | null
  /** What the server must declare, besides R4; null = it is not looked at. */
  readonly needs: readonly FhirNeed[] | null
}

export const PLAIN: Way = { tls: null, auth: null, needs: null }

function together(some: Way['needs'], others: Way['needs']): Way['needs'] {
  return some === null || others === null ? (some ?? others) : distinct([...some, ...others])
}

/** The ways in which the loads speak to the SUT's server of each protocol, each once, with the needs of all that speak so. */
export function waysOf(
  loads: readonly Load[],
  tls: readonly (TlsClientMaterial | null)[],
  auth: readonly (AuthMaterial | null)[],
): Readonly<Record<Protocol, readonly Way[]>> {
  const of = (protocol: Protocol): readonly Way[] => {
    const ways = new Map<string, Way>()
    for (const [index, load] of loads.entries()) {
      if (load.protocol !== protocol || load.from === 'application') continue
      const how = { tls: tls[index] ?? null, auth: auth[index] ?? null }
      const key = JSON.stringify(how)
      ways.set(key, { ...how, needs: together(ways.get(key)?.needs ?? null, needsOfLoad(load)) })
    }
    return [...ways.values()]
  }
  return { mllp: of('mllp'), fhir: of('fhir') }
}
