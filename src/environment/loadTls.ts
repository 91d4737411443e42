import type { Load } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'
import { materialOf } from '../protocol/tlsMaterial.ts'
import { EnvironmentError } from './error.ts'

/** What each load needs to speak TLS with a server that is not ours, read afresh. Throws EnvironmentError. */
export function materialsOf(loads: readonly Load[]): (TlsClientMaterial | null)[] {
  return loads.map(({ tls, name }) => {
    try {
      return tls && materialOf(tls, process.env)
    } catch (error) {
      const message = `tls of load ${name} cannot be read (${(error as Error).message}); restore it, or correct the scenario`
      throw new EnvironmentError('start', 'environment', message, { cause: error })
    }
  })
}
