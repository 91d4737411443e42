import type { Site } from '../site.ts'
import type { Addition } from './addition.ts'
import { openPassages } from './openPassages.ts'
import { passagesOf } from './passagesOf.ts'

/** A spare port of the application, for the hospital at a place. The hospital's own gateway lets it out to any. */
export function addPort({ topology, tree }: Site, place: number, port: number): Addition {
  const tunnel = topology.tunnels[place]!
  const own = passagesOf(topology, tunnel).filter(({ tunnel: way }) => way === 'in')
  const passages = own.map(passage => ({ ...passage, ports: [port] }))
  return {
    ...{ do: 'add-port', hospital: topology.hospitals[place]!, tunnel: tunnel.name, port, isThere: false },
    stages: [openPassages(tree, tunnel.responder.host, passages)],
  }
}
