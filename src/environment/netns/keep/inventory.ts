import type { TopologyHost } from '../../../model/topology.ts'
import type { Kept } from './kept.ts'

/** What `--list` of a dynamic inventory of Ansible prints. */
export type Inventory = Readonly<Record<string, { readonly hosts: readonly string[] }>> & {
  readonly _meta: { readonly hostvars: Readonly<Record<string, object>> }
}

/** The hosts of one clone, never of several: by clone, by role, and those that load comes from and goes to. */
export function inventoryOf(kept: Kept): Inventory {
  const { hosts, hospitals, application } = kept.topology
  const named = (wanted: (host: TopologyHost) => boolean) => ({
    hosts: hosts.filter(wanted).map(({ name }) => name),
  })
  const sending = new Set(hospitals.map(({ host }) => host))
  return {
    [`clone_${kept.id.replaceAll('-', '_')}`]: named(() => true),
    endpoint: named(({ role }) => role === 'endpoint'),
    gateway: named(({ role }) => role === 'gateway'),
    router: named(({ role }) => role === 'router'),
    hospital: named(({ name }) => sending.has(name)),
    application: named(({ name }) => name === application),
    _meta: { hostvars: Object.fromEntries(hosts.map(host => [host.name, variablesOf(kept, host)])) },
  } as Inventory
}

/** Addresses hold within the clone: nothing of it can be reached from outside. */
function variablesOf(kept: Kept, host: TopologyHost) {
  const addresses = addressesOf(kept.topology, host)
  return { ansible_host: addresses[0]!.split('/')[0], role: host.role, clone: kept.id, addresses }
}

/** Of its interfaces and of itself, with prefix length. */
export const addressesOf = ({ links }: Kept['topology'], host: TopologyHost): string[] => [
  ...links.flatMap(({ ends }) => ends.filter(end => end.host === host.name).map(({ address }) => address)),
  ...host.addresses,
]
