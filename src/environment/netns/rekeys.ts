import { hrtime } from 'node:process'
import type { MachineTimed } from '../../model/environment.ts'
import type { TunnelEvent } from '../../model/tunnelEvent.ts'
import type { IpsecTunnel } from './ipsec.ts'
import type { Section, Vici } from './vici.ts'

/**
 * Keeps what our gateways tell of keys that are renewed, from now on: each once, though both ends know of it. A time is that of the news, which
 * comes when the new keys are in place.
 */
export async function hearRekeys(
  tunnels: readonly IpsecTunnel[],
  vici: ReadonlyMap<string, Vici>,
): Promise<readonly MachineTimed<TunnelEvent>[]> {
  const heard: MachineTimed<TunnelEvent>[] = []
  const hear = (what: TunnelEvent['what']) => (message: Section) => {
    const machineMs = Number(hrtime.bigint()) / 1e6
    for (const [tunnel, sa] of Object.entries(message))
      if (typeof sa === 'object' && !Array.isArray(sa)) heard.push({ tunnel, what, machineMs })
  }
  for (const host of new Set(tunnels.map(({ responder }) => responder.host)))
    for (const what of ['child-rekey', 'ike-rekey'] as const) await vici.get(host)!.listen(what, hear(what))
  return heard
}
