import type { Command } from 'commander'
import type { Fault } from '../model/fault.ts'
import type { MllpTransport } from '../model/scenario.ts'
import { faultMisfit } from './fault.ts'

/** What is served, and the options of the command line that were given (not the defaults). */
interface Served {
  readonly kind: 'mllp' | 'fhir' | 'relay'
  readonly transport: MllpTransport
  readonly given: ReadonlySet<string>
}

/** To what an option of `serve` belongs, in words and as a condition; `instead` = what to say in its place, if anything. */
interface Belonging {
  readonly what: string
  readonly holds: (served: Served) => boolean
  readonly instead?: string
}

const ON_A_SERVER: Belonging = { what: 'serve mllp and serve fhir', holds: ({ kind }) => kind !== 'relay' }
const ON_FHIR: Belonging = { what: 'serve fhir', holds: ({ kind }) => kind === 'fhir' }
const ON_MLLP: Belonging = { what: 'serve mllp', holds: ({ kind }) => kind === 'mllp' }
const WITH_TLS: Belonging = {
  what: 'TLS',
  holds: ({ kind, given }) => kind !== 'relay' && ['tlsCert', 'tlsKey', 'tlsMake'].some(each => given.has(each)),
  instead: 'add --tls-make, or --tls-cert and --tls-key',
}
const WITH_TOKENS: Belonging = {
  what: 'the access tokens of serve fhir',
  holds: ({ kind, given }) => kind === 'fhir' && (given.has('authMake') || given.has('authKey')),
  instead: 'add --auth-make or --auth-key to serve fhir',
}
const WITH_SERVICE_TIME: Belonging = {
  what: '--service-time of serve mllp and serve fhir',
  holds: ({ kind, given }) => kind !== 'relay' && given.has('serviceTime'),
  instead: 'add --service-time',
}

/** Every option of `serve` that not all it serves has, by its attribute name. */
const BELONGINGS: Readonly<Record<string, Belonging>> = {
  tlsCert: ON_A_SERVER,
  tlsKey: ON_A_SERVER,
  tlsClientCa: ON_A_SERVER,
  tlsMake: ON_A_SERVER,
  tlsMutual: ON_A_SERVER,
  tlsMinVersion: WITH_TLS,
  authMake: ON_FHIR,
  authKey: ON_FHIR,
  authClient: WITH_TOKENS,
  authAlgorithm: WITH_TOKENS,
  authLifetime: WITH_TOKENS,
  base: ON_FHIR,
  population: ON_FHIR,
  charset: ON_FHIR,
  seed: ON_A_SERVER,
  serviceTime: { ...ON_A_SERVER, instead: 'use --delay' },
  distribution: WITH_SERVICE_TIME,
  cv: WITH_SERVICE_TIME,
  fault: { ...ON_A_SERVER, instead: 'use --drop, --duplicate, --corrupt or --misroute' },
  transport: ON_MLLP,
  path: {
    what: 'serve mllp --transport http',
    holds: ({ kind, transport }) => kind === 'mllp' && transport === 'http',
    instead: 'add --transport http to serve mllp',
  },
  checksum: {
    what: 'serve mllp --transport hllp',
    holds: ({ kind, transport }) => kind === 'mllp' && transport === 'hllp',
    instead: 'add --transport hllp to serve mllp',
  },
  arrivals: ON_A_SERVER,
}

/** Why each option that was given, and does not apply to what is served, is refused; each ends with the remedy. */
export function optionMisfits(serve: Command, kind: Served['kind']): readonly string[] {
  const wasGiven = (name: string) => serve.getOptionValueSource(name) === 'cli'
  const options = serve.options.filter(each => wasGiven(each.attributeName()))
  const given = new Set(options.map(each => each.attributeName()))
  const served: Served = { kind, transport: serve.getOptionValue('transport') as MllpTransport, given }
  return options.flatMap(option => {
    const name = option.attributeName()
    const belonging = BELONGINGS[name]
    if (belonging === undefined || belonging.holds(served)) return []
    const { what, instead } = belonging
    const remedy = instead === undefined ? 'leave it out' : `leave it out, or ${instead}`
    return [`serve ${kind} ${option.long}${shown(serve.getOptionValue(name))}: it belongs to ${what}; ${remedy}`]
  })
}

/** The same of the faults of a built-in server. */
export function faultMisfits(protocol: 'mllp' | 'fhir', transport: MllpTransport, faults: readonly Fault[]) {
  return faults.map(fault => faultMisfit(protocol, transport, fault)).filter(each => each !== null)
}

/** Why a path of what is served is refused: addresses are made by putting it after the port. */
export function pathMisfits({ base, path }: { readonly base: string; readonly path: string }): readonly string[] {
  return [
    ...(/^$|^\/[^\s?#]*$/.test(base) ? [] : [pathMisfit('--base', base, '/fhir')]),
    ...(/^\/[\x21-\x7e]*$/.test(path) ? [] : [pathMisfit('--path', path, '/hl7')]),
  ]
}

const pathMisfit = (flag: string, found: string, example: string) =>
  `${flag} ${JSON.stringify(found)}: write a path that begins with / and has no spaces, such as ${example}`

function shown(value: unknown): string {
  if (typeof value === 'boolean') return ''
  return ` ${Array.isArray(value) ? (value as readonly Fault[]).map(({ kind }) => kind).join(', ') : String(value)}`
}
