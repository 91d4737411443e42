import type { CapacityAim } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import type { EnvironmentSpec, Load, OpenWorkload, Scenario, Workload } from '../../model/scenario.ts'
import { caseId } from '../../scenario/factors.ts'

/** Hash of all that decides what is measured, for a scenario derived from a loaded one. */
export type DigestOf = (scenario: Scenario) => string

/** Path of the setting that a search raises. */
export function raisedPath({ over, load }: Pick<CapacityAim, 'over' | 'load'>): string {
  if (over === 'tunnels') return 'environment.hospitals'
  return over === 'feeds' ? `load.${load}.connections` : `load.${load}.workload.ratePerSecond`
}

/** A case at one load for so long: what `run` would measure with both set. Feeds and tunnels bring their share of messages with them. */
export function caseAt(subject: Case, aim: CapacityAim, load: number, seconds: number, digestOf: DigestOf): Case {
  const { scenario } = subject
  const raised: Scenario = {
    ...scenario,
    environment: aim.over === 'tunnels' ? withHospitals(scenario.environment, load) : scenario.environment,
    load: scenario.load.map(each => (each.name === aim.load ? raisedLoad(each, aim, load) : each)),
    phases: { ...scenario.phases, measureMs: Math.round(seconds * 1000) },
  }
  const levels = { ...subject.levels, [raisedPath(aim)]: load, 'phases.measureMs': raised.phases.measureMs }
  return { id: caseId(scenario.name, { levels }), scenario: raised, levels, digest: digestOf(raised) }
}

function raisedLoad(load: Load, { over, own }: CapacityAim, value: number): Load {
  if (over === 'rate') return { ...load, workload: atRate(load.workload, value, load.connections) }
  const connections = over === 'feeds' ? value : Math.max(1, Math.round((load.connections * value) / own))
  const rate = totalRate(load) * (connections / load.connections)
  return {
    ...load,
    connections,
    generators: Math.min(load.generators, connections),
    workload: atRate(load.workload, rate, connections),
  }
}

/** Messages a second over all connections; 0 of a closed loop. */
export function totalRate({ workload, connections }: Load): number {
  if (workload.kind === 'closed') return 0
  return workload.ratePerSecond * (workload.perFeed ? connections : 1)
}

/** An open loop whose rate does not change, over no fixed number of messages. */
export function isOfOneRate(workload: Workload): workload is OpenWorkload {
  if (workload.kind === 'closed' || workload.records !== null) return false
  return !workload.stages && !workload.burst && !workload.curve && !workload.backlogPerFeed
}

function atRate(workload: Workload, perSecond: number, connections: number): Workload {
  if (workload.kind === 'closed') return workload
  return { ...workload, ratePerSecond: workload.perFeed ? perSecond / connections : perSecond }
}

function withHospitals(environment: EnvironmentSpec, hospitals: number): EnvironmentSpec {
  if (environment.kind !== 'netns' || environment.topology !== 'hub') return environment
  return { ...environment, hospitals, overlapping: Math.min(environment.overlapping, hospitals) }
}
