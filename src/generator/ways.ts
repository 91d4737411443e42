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
  return link => ways[(link * load.generators + index) % ways.length]!
}
