import type { Drill } from '../../../model/drill.ts'
import type { CloneDrills } from '../../../model/environment.ts'
import type { Site } from '../site.ts'
import { additionsOf } from './additionsOf.ts'
import { performerOf } from './performerOf.ts'

/** What drills add to a site that stands. */
export function drillsOf(site: Site, drills: readonly Drill[]): CloneDrills {
  const performers = additionsOf(site, drills).map(addition => performerOf(site, addition))
  return {
    async withhold() {
      for (const performer of performers) await performer.withhold()
    },
    async proveClosed() {
      await Promise.all(performers.map(performer => performer.proveClosed()))
    },
    add: (which, message, identity) => performers[which]!.add(message, identity),
    async restore() {
      for (const performer of performers) await performer.restore()
    },
  }
}
