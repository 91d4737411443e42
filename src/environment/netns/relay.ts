import { fileURLToPath } from 'node:url'
import type { Topology } from '../../model/topology.ts'
import type { Mechanisms } from './mechanism.ts'
import type { Daemon, Step } from './script.ts'

export const RELAY_DEVICE = 'dly0'
const TABLE = 100
const PROGRAM = fileURLToPath(new URL('../../../infra/relay/relay.py', import.meta.url))

/** Delay, jitter and loss where the kernel has no netem: a relay on the internet's router takes everything that crosses it. */
export function relayOf(
  { links, internet }: Topology,
  { delay }: Mechanisms,
): { readonly daemons: readonly Daemon[]; readonly steps: readonly (readonly Step[])[] } {
  const own = links.filter(({ ends }) => ends.some(({ host }) => host === internet))
  const impaired = own.find(({ impairment }) => impairment !== null && needsRelay(impairment))?.impairment
  if (delay !== 'relay' || impaired === undefined || impaired === null) return { daemons: [], steps: [] }
  const { delayMs, jitterMs, lossRatio } = impaired
  const devices = own.flatMap(({ ends }) => ends.filter(({ host }) => host === internet).map(({ device }) => device))
  const route = [
    `until ip link show ${RELAY_DEVICE} up 2> /dev/null | grep -q UP; do sleep 0.01; done`,
    `ip route replace default dev ${RELAY_DEVICE} table ${TABLE}`,
    ...devices.map((device, index) => `ip rule add pref ${10 + index} iif ${device} lookup ${TABLE}`),
  ]
  return {
    daemons: [
      {
        host: internet,
        name: 'relay',
        command: `python3 '${PROGRAM}' ${RELAY_DEVICE} ${delayMs} ${jitterMs} ${lossRatio} ${SEED}`,
      },
    ],
    steps: [[{ host: internet, command: route.join('\n') }]],
  }
}

/** The same packets are lost in every clone. */
const SEED = 1

export const needsRelay = (impairment: { delayMs: number; jitterMs: number; lossRatio: number }): boolean =>
  impairment.delayMs > 0 || impairment.jitterMs > 0 || impairment.lossRatio > 0
