import type { Passage } from '../../../model/topology.ts'
import { EnvironmentError } from '../../error.ts'
import { changeOf } from '../rules.ts'
import type { Tree } from '../tree.ts'
import type { Stage } from './addition.ts'

/** Lets more through the firewall of a gateway that stands, by nft, as an administrator would. */
export function openPassages(tree: Tree, host: string, passages: readonly Passage[]): Stage {
  const change = async (verb: 'add' | 'delete') => {
    const { code, output } = await tree.run(host, ['nft', changeOf(passages, verb)])
    if (code === 0) return
    const message = `the firewall of ${host} cannot be changed: ${output.trim()}; run it again`
    throw new EnvironmentError('measure', 'environment', message)
  }
  return { step: 'firewallOpened', give: () => change('add'), take: () => change('delete') }
}
