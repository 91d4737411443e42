import type { CheckResult } from '../../../model/environment.ts'
import type { Topology } from '../../../model/topology.ts'
import type { Mechanisms } from '../mechanism.ts'
import { rulesOf } from '../rules.ts'
import type { Tree } from '../tree.ts'
import type { Proof } from './check.ts'
import { compareRulesets, type Difference } from './compareRulesets.ts'
import { readRuleset } from './ruleset.ts'

const MOST_TOLD = 4
const MOST_CHARACTERS = 300

type Ruled = Pick<Proof, 'topology' | 'mechanisms' | 'tree'>

/** Whether every host has the rules of nftables that its topology gives it, and no others: attempts show few of the openings that there may be. */
export async function firewall({ topology, mechanisms, tree }: Ruled): Promise<CheckResult> {
  const hosts = topology.hosts.map(({ name }) => name)
  try {
    const [wanted, found] = await Promise.all([
      listings(tree, wantedScript(topology, mechanisms)),
      listings(tree, foundScript(hosts)),
    ])
    const differences = hosts.flatMap(host =>
      compareRulesets(readRuleset(wanted.get(host) ?? ''), readRuleset(found.get(host) ?? '')).map(difference => ({
        host,
        ...difference,
      })),
    )
    const evidence = `${wanted.size} of ${hosts.length} hosts have rules: those of the topology and no others`
    return resultOf(differences.length === 0, differences.length === 0 ? evidence : tell(differences))
  } catch (error) {
    return resultOf(false, `the rules cannot be read: ${(error as Error).message}`)
  }
}

const resultOf = (passed: boolean, evidence: string): CheckResult => ({ name: 'firewall', passed, evidence })

/** What is open that should not be before what is not there. */
function tell(differences: readonly (Difference & { host: string })[]): string {
  const isTooMuch = ({ kind }: Difference) => kind === 'too much'
  const told = [...differences.filter(isTooMuch), ...differences.filter(each => !isTooMuch(each))]
    .slice(0, MOST_TOLD)
    .map(({ host, kind, block, what }) => {
      const shown = what.length > MOST_CHARACTERS ? `${what.slice(0, MOST_CHARACTERS)}...` : what
      return `${host}: ${kind}${block === null ? '' : ` in ${block}`}: ${shown}`
    })
  const left = differences.length - told.length
  return [...told, ...(left === 0 ? [] : [`and ${left} more`])].join('; ')
}

/** Before the listing of each host. */
const MARK = '=== '

const foundScript = (hosts: readonly string[]) =>
  hosts.map(host => `echo '${MARK}${host}'\nnsenter --net=/run/netns/${host} nft -s list ruleset\n`).join('')

/** What the topology gives, in the words of the same nft: loaded where nothing is connected. A namespace for each, as to take rules away again costs more. */
const wantedScript = (topology: Topology, mechanisms: Mechanisms) =>
  topology.hosts
    .flatMap(host => {
      const rules = rulesOf(topology, host, mechanisms)
      return rules === null ? [] : `echo '${MARK}${host.name}'\nunshare --net sh -e <<'END'\n${listed(rules)}END\n`
    })
    .join('')

const listed = (rules: string) => `nft -f - <<'RULES'\n${rules}RULES\nnft -s list ruleset\n`

/** Of the hosts that a script lists, by name. Throws an Error with what it complains of. */
async function listings(tree: Tree, script: string): Promise<ReadonlyMap<string, string>> {
  const { code, output } = await tree.script(`set -e\n${script}`)
  if (code !== 0) throw new Error(output.trim().slice(-MOST_CHARACTERS))
  return new Map(
    output
      .split(new RegExp(`^${MARK}`, 'm'))
      .slice(1)
      .map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  )
}
