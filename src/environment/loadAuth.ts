import type { AuthMaterial } from '../model/auth.ts'
import type { Load, Scenario } from '../model/scenario.ts'
import { readPem } from '../protocol/tlsMaterial.ts'
import { EnvironmentError } from './error.ts'
import { checkAllowed } from './hosts.ts'

/** What each load needs to get access tokens of a server that is not ours, read afresh; null = it needs none. Throws EnvironmentError. */
export function authOf({ load, allowHosts }: Pick<Scenario, 'load' | 'allowHosts'>): (AuthMaterial | null)[] {
  return load.map(each => materialOf(each, allowHosts))
}

function materialOf(load: Load, allowHosts: readonly string[]): AuthMaterial | null {
  if (load.protocol !== 'fhir' || !load.auth) return null
  const { tokenUrl, clientId, key, keyId, algorithm, scope } = load.auth
  const problem = tokenUrl === null ? null : checkAllowed(new URL(tokenUrl).hostname, allowHosts)
  if (problem !== null)
    throw new EnvironmentError('start', 'environment', `auth.tokenUrl: ${problem.what}; ${problem.remedy}`)
  try {
    if (key === null) throw new Error('no key')
    return { tokenUrl, clientId, key: readPem(key, process.env), keyId, algorithm, scope }
  } catch (error) {
    const message = `auth.key of load ${load.name} cannot be read (${(error as Error).message}); restore it, or correct the scenario`
    throw new EnvironmentError('start', 'environment', message, { cause: error })
  }
}
