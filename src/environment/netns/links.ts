import type { LinkCounters } from '../../model/environment.ts'
import type { LinkEnd, Topology } from '../../model/topology.ts'
import type { Tree } from './tree.ts'

/** As `ip -s -j link` prints it. */
interface Shown {
  readonly ifname: string
  readonly stats64?: { readonly rx: Direction; readonly tx: Direction }
}

interface Direction {
  readonly packets: number
  readonly bytes: number
}

/** What the kernel has counted so far on the links of the application's host and of the gateways before it; what cannot be read is left out. */
export async function readLinks({ links, tunnels, application }: Topology, tree: Tree): Promise<LinkCounters[]> {
  const hosts = new Set([application, ...tunnels.map(({ responder }) => responder.host)])
  return await readEnds(
    links.flatMap(({ ends }) => ends.filter(({ host }) => hosts.has(host))),
    tree,
  )
}

/**
 * The same of links of a limited rate, as their hosts see them, but read on the internet, where all of them end: a reading in the middle of a run must
 * not start a program for each host. Each end counts what came through the limit of the other.
 */
export async function readLimited({ links, internet }: Topology, tree: Tree): Promise<LinkCounters[]> {
  const limited = links.filter(({ impairment }) => impairment !== null && impairment.rateMbit !== null)
  const read = await readEnds(
    limited.flatMap(({ ends }) => ends.filter(({ host }) => host === internet)),
    tree,
  )
  return limited.flatMap(({ ends }) => {
    const far = ends.find(({ host }) => host !== internet)
    const near = read.find(({ device }) => ends.some(end => end.host === internet && end.device === device))
    return far === undefined || near === undefined ? [] : [seenFrom(far, near)]
  })
}

const seenFrom = ({ host, device }: LinkEnd, other: LinkCounters): LinkCounters => ({
  ...{ host, device, packetsIn: other.packetsOut, packetsOut: other.packetsIn },
  ...{ bytesIn: other.bytesOut, bytesOut: other.bytesIn },
})

async function readEnds(ends: readonly LinkEnd[], tree: Tree): Promise<LinkCounters[]> {
  const byHost = [...Map.groupBy(ends, ({ host }) => host)]
  const read = byHost.map(async ([host, own]) => {
    const devices = new Set(own.map(({ device }) => device))
    const { code, output } = await tree.run(host, ['ip', '-s', '-j', 'link'])
    return code === 0 ? countersOf(host, output).filter(({ device }) => devices.has(device)) : []
  })
  return (await Promise.all(read)).flat()
}

/** @param output of `ip -s -j link`; what is none counts nothing */
export function countersOf(host: string, output: string): LinkCounters[] {
  let shown: readonly Shown[]
  try {
    shown = JSON.parse(output) as readonly Shown[]
  } catch {
    return []
  }
  return shown.flatMap(({ ifname, stats64 }) =>
    stats64 === undefined
      ? []
      : [
          {
            ...{ host, device: ifname, packetsIn: stats64.rx.packets, packetsOut: stats64.tx.packets },
            ...{ bytesIn: stats64.rx.bytes, bytesOut: stats64.tx.bytes },
          },
        ],
  )
}
