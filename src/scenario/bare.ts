import { MOST_OVERLAPPING, type TopologyName } from '../model/netns.ts'
import { compileScenario, type LoadedScenario } from './compile.ts'
import type { LoadOptions } from './load.ts'
import type { Override } from './override.ts'
import { environmentOverrides, flagOverrides, type Overrides } from './overrideSources.ts'
import { placeAt } from './place.ts'
import { type ScenarioInput, scenarioSchema } from './schema.ts'
import { keysOf } from './schemaPath.ts'
import { secretMask } from './secrets.ts'

/** Parts of a scenario that a clone without load is made by. */
const PARTS = ['environment', 'seed']
/** A generator for every host that a hub may have: nobody runs them, so none may be missed. */
const GENERATORS = MOST_OVERLAPPING + 1

/**
 * A scenario that says nothing but its topology, for a clone without load; its loads stand for the ports that are open. Settings of other parts
 * are refused from flags and passed over from the environment, where they are meant for runs. Throws ScenarioError.
 */
export function bareScenario(
  topology: TopologyName,
  { sets = [], env = {} }: Pick<LoadOptions, 'sets' | 'env'>,
): LoadedScenario {
  const raw: ScenarioInput = {
    name: topology,
    environment: { kind: 'netns', topology },
    load: [
      { protocol: 'mllp', workload: { kind: 'closed' }, feeds: GENERATORS, generators: GENERATORS },
      {
        protocol: 'fhir',
        workload: { kind: 'closed' },
        connections: GENERATORS,
        generators: GENERATORS,
        operations: [{ search: 'Patient' }],
        populate: 'never',
      },
    ],
  }
  const fromEnvironment = environmentOverrides(env)
  const fromFlags = flagOverrides({}, sets, raw)
  const overrides = {
    overrides: [...fromEnvironment.overrides.filter(isOfClone), ...fromFlags.overrides.filter(isOfClone)],
    findings: [
      ...fromEnvironment.findings,
      ...fromFlags.findings.map(finding => ({ ...finding, hint: 'for instance environment.hospitals=50' })),
      ...misplaced(fromFlags),
    ],
  }
  const folder = process.cwd()
  return compileScenario({ raw, module: null, locate: () => null }, overrides, {
    place: placeAt(folder, null, env),
    folder,
    sourceName: 'command line',
    given: 'command line',
    mask: secretMask(env),
  })
}

/** Also what is no part at all: that is told with what it may have meant. */
function isOfClone({ path }: Override): boolean {
  const part = path.split(/[.[]/)[0]!
  return PARTS.includes(part) || !keysOf([scenarioSchema]).includes(part)
}

function misplaced({ overrides }: Overrides): Overrides['findings'] {
  return overrides
    .filter(override => !isOfClone(override))
    .map(({ path, origin }) => ({
      path: [],
      expected: `a setting of ${PARTS.join(' or ')}: a clone for use by hand has no load`,
      found: path,
      hint: 'leave it out, or name a scenario file instead of a topology',
      origin,
    }))
}
