import { NETNS_DEFAULTS, type NetnsEnvironment, WIREGUARD_DEFAULTS } from '../../../model/netns.ts'
import { DEFAULT_SEED } from '../../../model/scenario.ts'
import { shellWord } from '../../shellWord.ts'

/** A line for a POSIX shell that keeps a clone of such an environment for use by hand, and proves it as a run does. */
export function upCommand(environment: NetnsEnvironment, seed: number): string {
  const settings = [...changed(environment), ...(seed === DEFAULT_SEED ? [] : [['seed', seed] as const])]
  const words = settings.flatMap(([path, value]) => ['--set', `${path}=${value}`])
  return ['npx hl7bench env up', environment.topology, ...words.map(shellWord), '--checks'].join(' ')
}

type Setting = readonly [path: string, value: unknown]

/** What a clone is made of, where the scenario has it otherwise than by default. */
function changed({ topology, vpn, link, hospitals, overlapping, translatedBy, cpus }: NetnsEnvironment): Setting[] {
  const isWireguard = vpn?.kind === 'wireguard'
  return [
    ...(isWireguard ? [['environment.vpn.kind', vpn.kind] as const] : []),
    ...differing('environment.vpn.', vpn ?? {}, { ...(isWireguard ? WIREGUARD_DEFAULTS : NETNS_DEFAULTS.vpn) }),
    ...differing('environment.link.', link, NETNS_DEFAULTS.link),
    ...(topology === 'hub' ? differing('environment.', { hospitals, overlapping, translatedBy }, NETNS_DEFAULTS) : []),
    ...differing('environment.cpus.', { gateways: cpus.gateways }, NETNS_DEFAULTS.cpus),
  ]
}

function differing(prefix: string, values: object, defaults: object): Setting[] {
  const known = new Map<string, unknown>(Object.entries(defaults))
  return Object.entries(values)
    .filter(([name, value]) => value !== known.get(name))
    .map(([name, value]) => [`${prefix}${name}`, value])
}
