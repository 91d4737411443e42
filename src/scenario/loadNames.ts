import type { Protocol } from '../model/scenario.ts'
import { valueAt } from './path.ts'
import type { LoadName } from './slo.ts'

/** Names of the loads, in order, from what the user wrote: a load without one is called by its protocol (`mllp`, then `mllp-2`). */
export function loadNames(raw: unknown): readonly LoadName[] {
  const list = valueAt(raw, ['load'])
  const loads = (Array.isArray(list) ? list : []).map(load => ({
    given: valueAt(load, ['name']),
    protocol: valueAt(load, ['protocol']) as Protocol,
    isEnhanced: valueAt(load, ['acknowledgement']) === 'enhanced',
    hasBacklog: valueAt(load, ['workload', 'backlogPerFeed']) !== undefined,
  }))
  const taken = new Set(loads.map(load => load.given))
  return loads.map(({ given, ...load }) => {
    if (typeof given === 'string') return { name: given, ...load }
    let name: string = load.protocol
    for (let count = 2; taken.has(name); count++) name = `${load.protocol}-${count}`
    taken.add(name)
    return { name, ...load }
  })
}
