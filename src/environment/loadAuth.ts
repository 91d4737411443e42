import type { AuthMaterial } from '../model/auth.ts'
import type { Load, Scenario } from '../model/scenario.ts'
import { materialOf, readPem } from '../protocol/tlsMaterial.ts'
import { EnvironmentError } from './error.ts'
import { checkAllowed } from './hosts.ts'

/** What each load needs to get access tokens of a server that is not ours, read afresh; null = it needs none. Throws EnvironmentError. */
export function authOf({ load, allowHosts }: Pick<Scenario, 'load' | 'allowHosts'>): (AuthMaterial | null)[] {
  return load.map(each => authOfLoad(each, allowHosts))
}

function authOfLoad(load: Load, allowHosts: readonly string[]): AuthMaterial | null {
  if (load.protocol !== 'fhir' || !load.auth) return null
  const { tokenUrl, clientId, key, keyId, algorithm, scope, tls } = load.auth
  const problem = tokenUrl === null ? null : checkAllowed(new URL(tokenUrl).hostname, allowHosts)
  if (problem !== null)
    throw new EnvironmentError('start', 'environment', `auth.tokenUrl: ${problem.what}; ${problem.remedy}`)
  try {
    if (key === null) throw new Error('no key')
    const material = tls && materialOf(tls, process.env)
    return { tokenUrl, clientId, key: readPem(key, process.env), keyId, algorithm, scope, tls: material }
  } catch (error) {
    const message = `auth.key${tls === null ? '' : ' or tls'} of load ${load.name} cannot be read (${(error as Error).message}); restore it, or correct the scenario`
    throw new EnvironmentError('start', 'environment', message, { cause: error })
  }
}
