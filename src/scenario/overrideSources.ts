import type { Finding } from './finding.ts'
import type { Override } from './override.ts'
import { valueAt } from './path.ts'

/** Flags of `run` and `compare` that set a value of the scenario. Texts are read like values of `--set`. */
export interface ScenarioFlags {
  readonly runs?: number | string
  readonly seed?: number | string
  /** Length of the measured phase, ms or text such as '30s'. */
  readonly duration?: number | string
  readonly warmup?: number | string
  readonly drain?: number | string
  /** Arrivals per second; only with a single load. */
  readonly rate?: number | string
  /** Ramps as k6 writes them, `30s:200`; only with a single load. */
  readonly stage?: readonly string[]
  readonly connections?: number | string
  readonly window?: number | string
  readonly generators?: number | string
  readonly timeout?: number | string
  readonly tlsCa?: string | readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsServerName?: string
  readonly tlsMinVersion?: string
  /** Whoever answers is taken for the server. */
  readonly insecureSkipTlsVerify?: boolean
  readonly allowHosts?: readonly string[]
}

const PATH_OF_FLAG = {
  runs: 'runs',
  seed: 'seed',
  duration: 'phases.measureMs',
  warmup: 'phases.warmupMs',
  drain: 'phases.drainMs',
} as const
const LOAD_PATH_OF_FLAG = {
  rate: 'workload.ratePerSecond',
  stage: 'workload.stages',
  connections: 'connections',
  window: 'window',
  generators: 'generators',
  timeout: 'timeoutMs',
  tlsCa: 'tls.ca',
  tlsCert: 'tls.cert',
  tlsKey: 'tls.key',
  tlsServerName: 'tls.serverName',
  tlsMinVersion: 'tls.minVersion',
  insecureSkipTlsVerify: 'tls.verify',
} as const

export interface Overrides {
  readonly overrides: readonly Override[]
  readonly findings: readonly (Finding & { readonly origin: string })[]
}

const join = (parts: readonly Overrides[]): Overrides => ({
  overrides: parts.flatMap(part => part.overrides),
  findings: parts.flatMap(part => part.findings),
})

/** HL7BENCH_RUNS, HL7BENCH_SEED, and any path by HL7BENCH_SET='a.b=1;c=2' (a value with a semicolon needs `--set`). */
export function environmentOverrides(env: Readonly<Record<string, string | undefined>>): Overrides {
  const single = (['RUNS', 'SEED'] as const).flatMap(key => {
    const value = env[`HL7BENCH_${key}`]
    return value ? [{ path: key.toLowerCase(), value, origin: `env HL7BENCH_${key}` }] : []
  })
  const sets = (env.HL7BENCH_SET ?? '').split(';').filter(part => part.trim() !== '')
  return join([{ overrides: single, findings: [] }, assignments(sets, 'env HL7BENCH_SET')])
}

export function flagOverrides(flags: ScenarioFlags, sets: readonly string[], source: unknown): Overrides {
  const direct = Object.entries(PATH_OF_FLAG).flatMap(([flag, path]) => {
    const value = flags[flag as keyof typeof PATH_OF_FLAG]
    return value === undefined ? [] : [{ path, value, origin: `flag --${flag}` }]
  })
  const listed = valueAt(source, ['allowHosts'])
  const allowHosts = flags.allowHosts?.length
    ? [
        {
          path: 'allowHosts',
          value: [...(Array.isArray(listed) ? listed : []), ...flags.allowHosts],
          origin: 'flag --allow-host',
        },
      ]
    : []
  return join([
    { overrides: [...direct, ...allowHosts], findings: [] },
    loadFlags(flags, source),
    misreadStages(flags.stage ?? []),
    assignments(sets, 'flag --set'),
  ])
}

function loadFlags(flags: ScenarioFlags, source: unknown): Overrides {
  const list = valueAt(source, ['load'])
  const single = Array.isArray(list) && list.length === 1
  return join(
    Object.entries(LOAD_PATH_OF_FLAG).map(([flag, path]) => {
      const given = flags[flag as keyof typeof LOAD_PATH_OF_FLAG]
      const value = flag === 'insecureSkipTlsVerify' && given !== undefined ? !given : given
      const origin = `flag --${flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
      if (value === undefined) return { overrides: [], findings: [] }
      const set = flag === 'stage' ? (value as readonly string[]).flatMap(readStage) : value
      if (single) return { overrides: [{ path: `load.0.${path}`, value: set, origin }], findings: [] }
      const hint = `say which load: --set load.<name>.${path}=${typeof set === 'object' ? JSON.stringify(set) : set}`
      return {
        overrides: [],
        findings: [{ path: [], expected: 'a scenario with a single load', found: value, hint, origin }],
      }
    }),
  )
}

const STAGE = /^([^:]+):(\d+(?:\.\d+)?)$/

function readStage(text: string): { durationMs: string | number; ratePerSecond: number }[] {
  const [, duration, rate] = STAGE.exec(text) ?? []
  if (duration === undefined) return []
  return [{ durationMs: /^\d+$/.test(duration) ? Number(duration) : duration, ratePerSecond: Number(rate) }]
}

function misreadStages(stages: readonly string[]): Overrides {
  const findings = stages
    .filter(text => !STAGE.test(text))
    .map(found => ({
      path: [],
      expected: '<time>:<per second>',
      found,
      hint: 'for instance 30s:200',
      origin: 'flag --stage',
    }))
  return { overrides: [], findings }
}

function assignments(texts: readonly string[], origin: string): Overrides {
  return join(
    texts.map(text => {
      const match = /^\s*([^=\s][^=]*?)\s*=(.*)$/s.exec(text)
      if (match) return { overrides: [{ path: match[1]!, value: match[2]!.trim(), origin }], findings: [] }
      return {
        overrides: [],
        findings: [{ path: [], expected: 'path=value', found: text, hint: 'for instance load.mllp.window=4', origin }],
      }
    }),
  )
}
