import { generateKeyPairSync } from 'node:crypto'
import type { AssertionAlgorithm, AuthMaterial, TokenServerMaterial } from '../model/auth.ts'
import type { Load } from '../model/scenario.ts'

/** How the built-in FHIR server of a run demands tokens, and how its loads get them. */
export interface BuiltinAuth {
  readonly server: TokenServerMaterial | null
  /** By load of the scenario. */
  readonly clients: readonly (AuthMaterial | null)[]
}

/** Makes a key afresh for the loads of the built-in FHIR server; none where no load has tokens. */
export function makeBuiltinAuth(loads: readonly Load[]): BuiltinAuth {
  // All fhir loads of the built-in server agree (room `scenario`).
  const settings = loads.find(load => load.protocol === 'fhir')?.auth ?? null
  if (settings === null) return { server: null, clients: loads.map(() => null) }
  const { clientId, algorithm, scope, tokenLifetimeMs } = settings
  const { publicKey, privateKey } = makeKeys(algorithm)
  const client = { tokenUrl: null, clientId, key: privateKey, keyId: null, algorithm, scope, tls: null }
  return {
    server: { clientId, publicKey, algorithm, tokenLifetimeMs },
    clients: loads.map(({ protocol }) => (protocol === 'fhir' ? client : null)),
  }
}

/** A pair for signing, PEM. */
export function makeKeys(algorithm: AssertionAlgorithm): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } =
    algorithm === 'ES384'
      ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
