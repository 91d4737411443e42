import type { TopologyName } from '../model/netns.ts'
import { compileScenario, type LoadedScenario } from './compile.ts'
import type { LoadOptions } from './load.ts'
import { environmentOverrides, flagOverrides } from './overrideSources.ts'
import { placeAt } from './place.ts'
import type { ScenarioInput } from './schema.ts'
import { secretMask } from './secrets.ts'

/** A scenario that says nothing but its topology, for a clone without load. Throws ScenarioError. */
export function bareScenario(
  topology: TopologyName,
  { sets = [], env = {} }: Pick<LoadOptions, 'sets' | 'env'>,
): LoadedScenario {
  const raw: ScenarioInput = {
    name: topology,
    environment: { kind: 'netns', topology },
    load: [
      { protocol: 'mllp', workload: { kind: 'closed' } },
      { protocol: 'fhir', workload: { kind: 'closed' }, operations: [{ search: 'Patient' }], populate: 'never' },
    ],
  }
  const fromEnvironment = environmentOverrides(env)
  const fromFlags = flagOverrides({}, sets, raw)
  const overrides = {
    overrides: [...fromEnvironment.overrides, ...fromFlags.overrides],
    findings: [...fromEnvironment.findings, ...fromFlags.findings],
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
