import type { HospitalReceivers, RunningTarget } from '../../model/environment.ts'
import type { Topology } from '../../model/topology.ts'
import { type StartedBuiltin, startBuiltin } from '../builtin.ts'
import { stopAll } from '../downstream.ts'
import type { Guarded } from '../guarded.ts'
import type { Place } from '../place.ts'
import { startTarget, type TargetStart } from '../startTarget.ts'
import { stopOnce } from '../stopOnce.ts'
import { hostsOf } from './origin.ts'
import { TARGET_PORTS } from './targetPorts.ts'

/** The hosts of a clone, and how to run something on one of them. */
interface Hosts {
  readonly topology: Topology
  enter(host: string, argv: readonly [string, ...string[]], cwd: string): readonly [string, ...string[]]
}

/** What a run measures, and where a load comes from the application the receivers at the hospitals. Throws EnvironmentError when one does not answer. */
export async function startTargets(guarded: Guarded, start: TargetStart, hosts: Hosts): Promise<RunningTarget> {
  const goesBack = start.scenario.load.some(({ from }) => from === 'application')
  if (!goesBack) return await startTarget(guarded, start)
  const receivers = await startReceivers(guarded, start, hosts)
  const stopReceivers = stopOnce(() => stopAll(receivers))
  const target = await startTarget(guarded, start).catch(async (error: unknown) => {
    await stopReceivers.stop().catch(() => {})
    throw error
  })
  const ended = receivers.map(receiver => receiver.ended)
  return {
    ...target,
    hospitals: facts(receivers, hosts.topology),
    ended: Promise.race([target.ended, stopReceivers.unlessStopped(Promise.race(ended))]),
    async stop() {
      await target.stop().finally(stopReceivers.stop)
    },
  }
}

/** One on each host: it listens on the addresses of all hospitals that the host plays. */
async function startReceivers(guarded: Guarded, start: TargetStart, hosts: Hosts): Promise<readonly StartedBuiltin[]> {
  const { hospitals } = hosts.topology
  const settled = await Promise.allSettled(
    hostsOf(hospitals).map(host =>
      startBuiltin(guarded, {
        ...start,
        id: start.nextId(`hospital-${host}`),
        protocol: 'mllp',
        behind: null,
        hospital: host,
        seed: start.run.seed,
        place: receiverPlace(start.place, host, hosts),
      }),
    ),
  )
  const started = settled.filter(each => each.status === 'fulfilled').map(each => each.value)
  const failed = settled.find(each => each.status === 'rejected')
  if (failed === undefined) return started
  await stopAll(started).catch(() => {})
  throw failed.reason
}

const receiverPlace = (place: Place, host: string, { topology, enter }: Hosts): Place => ({
  ...place,
  enter: (argv, cwd) => enter(host, argv, cwd),
  address: '0.0.0.0',
  ports: { ...TARGET_PORTS, mllp: topology.hospitals[0]!.receiverPort },
})

const facts = (receivers: readonly StartedBuiltin[], { hospitals }: Topology): HospitalReceivers => ({
  endpoint: { host: hospitals[0]!.reachedAt, port: hospitals[0]!.receiverPort },
  arrivals: receivers.map(({ arrivalsFile }) => arrivalsFile),
})
