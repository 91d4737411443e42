import { type Command, Option } from 'commander'
import { inventoryOf } from '../environment/netns/keep/inventory.ts'
import { findKept } from '../environment/netns/keep/kept.ts'
import type { Console } from './console.ts'
import { checkHost } from './envExec.ts'

/** https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html: a script answers `--list` and `--host`. */
export function addEnvInventory(env: Command, console: () => Console): void {
  env
    .command('inventory')
    .description('hosts, addresses and roles of a kept clone, as an inventory script of Ansible prints them')
    .argument('<id>', 'of the clone')
    .addOption(new Option('--list', 'all of it (default)').conflicts('host'))
    .option('--host <name>', 'variables of one host')
    .action((id: string, { host }: { host?: string }) => {
      const kept = findKept(id)
      const inventory = inventoryOf(kept)
      if (host !== undefined) checkHost(kept, host)
      const printed = host === undefined ? inventory : inventory._meta.hostvars[host]
      console().out(`${JSON.stringify(printed, null, 2)}\n`)
    })
}
