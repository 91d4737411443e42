import type { Drill } from '../../../model/drill.ts'
import type { Hospital, Topology } from '../../../model/topology.ts'
import type { Site } from '../site.ts'
import type { Addition } from './addition.ts'
import { addPort } from './addPort.ts'
import { addTunnel } from './addTunnel.ts'

/** Hospitals that send all the time: the last ones are those whose tunnels are added. */
export const hospitalsBeside = ({ hospitals }: Topology, drills: readonly Drill[]): readonly Hospital[] =>
  hospitals.slice(0, hospitals.length - drills.filter(addsTunnel).length)

const addsTunnel = (drill: Drill) => drill.do === 'add-tunnel'

/** One for each drill, no two of the same: tunnels from the first of those hospitals on, and ports for the others from the last one back. */
export function additionsOf(site: Site, drills: readonly Drill[]): readonly Addition[] {
  const beside = hospitalsBeside(site.topology, drills).length
  return drills.map((drill, index) => {
    const alike = drills.slice(0, index).filter(former => former.do === drill.do).length
    if (addsTunnel(drill)) return addTunnel(site, beside + alike)
    return addPort(site, beside - 1 - (alike % beside), site.topology.sparePorts[alike]!)
  })
}
