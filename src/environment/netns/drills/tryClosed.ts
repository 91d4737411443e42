import type { Topology } from '../../../model/topology.ts'
import { EnvironmentError } from '../../error.ts'
import { REFUSED_MS } from '../checks/check.ts'
import type { Probes } from '../probe/probes.ts'
import type { Addition } from './addition.ts'

/** Gateways drop what they do not let through: whoever hears this has come past them. */
const REFUSED_BY_HOST = 'ECONNREFUSED'

/** Tries what is to be added, and says how it was refused. Throws EnvironmentError where it was not. */
export async function tryClosed(
  probes: Probes,
  { applicationAddress }: Topology,
  { do: what, hospital: { host, address }, port }: Addition,
): Promise<string> {
  const plan = { from: address, host: applicationAddress, port, bytes: 1, fill: 'x' }
  const [outcome] = await probes.tryAll(host, [plan], REFUSED_MS)
  if (outcome?.state === 'failed' && !outcome.connected && outcome.reason !== REFUSED_BY_HOST)
    return outcome.reason === 'no answer' ? `no answer within ${REFUSED_MS} ms` : outcome.reason
  const message = `${what}: before the drill ${address} reaches ${applicationAddress}:${port} already; run it again`
  throw new EnvironmentError('start', 'environment', message)
}
