import type { LoadResult } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import type { LoadReport } from './experiment.ts'

/**
 * Of an MLLP load that sent, and in no valid run got a single byte back: what may be the matter, as a question. A server hangs up on what it takes
 * for no TLS, or for no client it knows, and says no reason. Null = it got some, or nothing was sent.
 */
export function silenceOf(load: Load, valid: readonly LoadResult[]): string | null {
  const isSilent = valid.some(({ bytesOut }) => bytesOut > 0) && valid.every(({ bytesIn }) => bytesIn === 0)
  if (load.protocol !== 'mllp' || !isSilent) return null
  if (load.tls !== null)
    return load.tls.cert === null && !load.tls.mutual
      ? 'does the server want a client certificate (tls.cert and tls.key)?'
      : 'does the server accept the client certificate, and speak this protocol?'
  return `does the server speak TLS (${load.transport === 'http' ? 'hl7+https' : 'mllps'}://)?`
}

/** One line for each load that was never answered. */
export function silenceTexts(loads: readonly Pick<LoadReport, 'name' | 'silence'>[]): readonly string[] {
  return loads.flatMap(({ name, silence }) =>
    silence === undefined ? [] : [`${name}: nothing was ever answered; ${silence}`],
  )
}
