import type { GeneratorPlan } from '../model/generator.ts'
import type { Remote } from '../protocol/remote.ts'

/** Where each link of a generator goes and from where; the connections of a load take its paths in turn, whichever generator has them. */
export function waysOf({ target, paths, index, load }: GeneratorPlan): (link: number) => Remote {
  if (paths === undefined || paths.length === 0) return () => target
  const ways = paths.map(({ localAddress, host, port }) => ({
    host: host ?? target.host,
    port: port ?? target.port,
    ...(localAddress !== null && { localAddress }),
  }))
  return link => ways[pathOf(link, index, load.generators, ways.length)]!
}

/** Which of a generator's paths a link takes. */
export const pathOf = (link: number, index: number, generators: number, paths: number): number =>
  (link * generators + index) % paths
