import type { Protocol } from '../model/scenario.ts'
import { compileScenario, type LoadedScenario } from './compile.ts'
import { environmentOverrides, flagOverrides, type ScenarioFlags } from './overrideSources.ts'
import { placeAt } from './place.ts'
import type { ScenarioInput } from './schema.ts'
import { secretMask } from './secrets.ts'

/** Flags of `hl7bench run <url>...`. */
export interface AdhocFlags extends ScenarioFlags {
  /** HL7 files to send instead of the default mix: names or globs, relative to the working folder. */
  readonly messages?: string | readonly string[]
  /** Name of the scenario in rows; default `adhoc-mllp`, `adhoc-fhir`, `adhoc-mllp-fhir`. */
  readonly name?: string
}

export interface AdhocOptions {
  readonly sets?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Absolute folder that names of message files start at; default: the working folder. */
  readonly folder?: string
}

const TLS_FLAGS = [
  'tlsCa',
  'tlsCert',
  'tlsKey',
  'tlsServerName',
  'tlsMinVersion',
  'insecureSkipTlsVerify',
] as const satisfies readonly (keyof ScenarioFlags)[]
const PER_LOAD = ['rate', 'stage', 'connections', 'window', 'generators', 'timeout', ...TLS_FLAGS] as const

/**
 * A scenario from addresses and flags: `mllp://127.0.0.1:2575`, `http://127.0.0.1:8080/fhir`, with TLS `mllps:` and `https:`, or both. `rate`, `connections`, `window`,
 * `generators` and `timeout` hold for each load, flags of TLS for each that speaks it; without a rate the loop is closed. MLLP sends the default mix; FHIR searches Patient by
 * hicnHash, accepts any total and writes nothing, so that any server can answer. Throws ScenarioError.
 */
export function adhocScenario(
  urls: readonly string[],
  flags: AdhocFlags = {},
  { sets = [], env = {}, folder = process.cwd() }: AdhocOptions = {},
): LoadedScenario {
  const raw = inputOf(urls, flags)
  const shared = { ...flags }
  for (const flag of PER_LOAD) delete (shared as Record<string, unknown>)[flag]
  const fromEnvironment = environmentOverrides(env)
  const flagged = raw.load.map(load => flagOverrides(loadOnly(flags, load.protocol, urls), [], { load: [load] }))
  const perLoad = flagged.flatMap(({ overrides }, index) =>
    overrides.map(item => ({ ...item, path: item.path.replace('load.0.', `load.${index}.`) })),
  )
  const fromFlags = flagOverrides(shared, sets, raw)
  const overrides = {
    overrides: [...fromEnvironment.overrides, ...perLoad, ...fromFlags.overrides],
    findings: [
      ...fromEnvironment.findings,
      ...tooManyUrls(urls),
      ...flagged.flatMap(({ findings }) => findings),
      ...fromFlags.findings,
    ],
  }
  const source = { raw, module: null, locate: () => null }
  return compileScenario(source, overrides, {
    place: placeAt(folder, null, env),
    folder,
    sourceName: 'command line',
    given: 'command line',
    mask: secretMask(env),
  })
}

function loadOnly(flags: AdhocFlags, protocol: Protocol, urls: readonly string[]): ScenarioFlags {
  const plain = urls.filter(url => !/^(mllps|https|hl7\+https):/i.test(url))
  const isPlain = plain.length < urls.length && plain.some(url => speaksFhir(url) === (protocol === 'fhir'))
  const skipped: readonly string[] = isPlain ? TLS_FLAGS : []
  return Object.fromEntries(
    PER_LOAD.flatMap(flag => (flags[flag] === undefined || skipped.includes(flag) ? [] : [[flag, flags[flag]]])),
  )
}

const speaksFhir = (url: string) => /^https?:/i.test(url)

function inputOf(urls: readonly string[], flags: AdhocFlags): ScenarioInput {
  const fhir = urls.find(speaksFhir)
  const mllp = urls.find(url => !speaksFhir(url))
  const workload =
    flags.rate === undefined && flags.stage === undefined
      ? ({ kind: 'closed' } as const)
      : ({ kind: 'open', ratePerSecond: 0 } as const)
  const messages =
    flags.messages === undefined
      ? {}
      : { messages: { files: typeof flags.messages === 'string' ? flags.messages : [...flags.messages] } }
  const protocols = [...(mllp === undefined ? [] : ['mllp']), ...(fhir === undefined ? [] : ['fhir'])]
  return {
    name: flags.name ?? ['adhoc', ...protocols].join('-'),
    environment: { kind: 'attached', ...(mllp === undefined ? {} : { mllp }), ...(fhir === undefined ? {} : { fhir }) },
    load: [
      ...(mllp === undefined ? [] : [{ protocol: 'mllp' as const, workload, ...messages }]),
      ...(fhir === undefined
        ? []
        : [
            {
              protocol: 'fhir' as const,
              workload,
              operations: [{ search: 'Patient' as const }],
              populate: 'never' as const,
            },
          ]),
    ],
  }
}

function tooManyUrls(urls: readonly string[]) {
  const extra = urls.filter((url, index) => urls.findIndex(other => speaksFhir(other) === speaksFhir(url)) < index)
  const hint = 'write a scenario file for more: `hl7bench init`'
  return extra.map(found => ({
    path: [],
    expected: 'at most one mllp:// (or mllps://) and one http:// (or https://) address',
    found,
    hint,
    origin: 'command line',
  }))
}
