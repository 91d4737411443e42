import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AdhocFlags } from '../scenario/adhoc.ts'
import { durationMs, LONGEST_MS } from '../scenario/duration.ts'
import { collect, collectPairs, listOf } from './collect.ts'

/** What the command line of `run` says, as commander gives it. */
export interface RunFlags {
  readonly runs?: string
  readonly seed?: string
  readonly duration?: string
  readonly warmup?: string
  readonly drain?: string
  readonly rate?: string
  readonly stage?: readonly string[]
  readonly connections?: string
  readonly window?: string
  readonly generators?: string
  readonly timeout?: string
  readonly tlsCa?: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsServerName?: string
  readonly tlsMinVersion?: string
  readonly insecureSkipTlsVerify?: boolean
  readonly messages?: readonly string[]
  readonly name?: string
  readonly allowHost?: readonly string[]
  readonly set?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly results?: string
  readonly environmentId?: string
  readonly tag?: Readonly<Record<string, string>>
  readonly prepare?: string
  readonly cleanup?: string
  readonly maxDuration?: number
  readonly abortOn?: readonly ('slo' | 'invalid')[]
  readonly keepEnv?: boolean
  readonly dryRun?: boolean
  readonly slo: boolean
  readonly out?: readonly string[]
  readonly exportJson?: string
  readonly exportMarkdown?: string
  readonly exportHtml?: string
  readonly exportJunit?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The options that change the scenario: `run`, `validate` and `inspect` take them alike. */
export function addScenarioOptions(command: Command): Command {
  command
    .option('-r, --runs <n>', 'valid runs per case (default: 30)')
    .option('--seed <n>', 'seed of order, arrivals and data (default: 1)')
    .option('-d, --duration <time>', 'length of the measured phase: 30s, 250ms, 2m')
    .option('-w, --warmup <time>', 'length of the warm-up')
    .option('--drain <time>', 'longest wait for stragglers')
    .option(
      '--rate <per second>',
      'arrivals per second of the load (open loop); without it an ad hoc load is a closed loop',
    )
    .option(
      '--stage <time:per second>',
      'ramp to a rate in that time: 30s:200, then 1m:200, then 10s:0 (may be repeated)',
      collect,
    )
    .option('--connections <n>', 'connections (MLLP: feeds) of the load')
    .option('--window <n>', 'most unanswered messages on one connection')
    .option('--generators <n>', 'generator processes of the load')
    .option('--timeout <time>', 'longest wait for an answer')
    .option(
      '--tls-ca <file>',
      "PEM of whom the server's certificate must come from, or env:NAME (may be repeated)",
      collect,
    )
    .option('--tls-cert <file>', "PEM of the client's own certificate, or env:NAME")
    .option('--tls-key <file>', 'PEM of its key, or env:NAME, whose name must contain SECRET')
    .option('--tls-server-name <name>', 'name to ask for (SNI) and to look for in the certificate')
    .option('--tls-min-version <version>', 'TLSv1.2 or TLSv1.3')
    .option('--insecure-skip-tls-verify', 'take whoever answers for the server; every report says so')
    .option('--messages <files>', 'HL7 files to send (ad hoc only; may be repeated)', collect)
    .option('--name <name>', 'name of an ad hoc scenario in the rows')
  return addSettingOptions(command)
}

/** Those that change any scenario. */
export function addSettingOptions(command: Command): Command {
  return command
    .option('--allow-host <host>', 'a host beyond loopback that may be loaded (may be repeated)', collect)
    .option(
      '--set <path=value>',
      'set any value of the scenario, for instance load.mllp.window=4 (may be repeated)',
      collect,
    )
    .option('-e, --env <name=value>', 'environment variable of the SUT (may be repeated)', collectPairs)
}

/** What is kept of an experiment, where, and what goes on around its runs. */
export function addKeepingOptions(command: Command): Command {
  return command
    .option(
      '--results <file>',
      'CSV that rows are appended to (default: results/benchmark-data.csv of the repository measured; HL7BENCH_RESULTS)',
    )
    .option('--environment-id <name>', 'Environment ID of the rows (default: kind, CPU model and cores)')
    .option('--tag <name=value>', 'note in every row (may be repeated)', collectPairs)
    .option('--prepare <command>', 'run before each run, its output kept with the run')
    .option('--cleanup <command>', 'run after each run, also one that failed')
    .addOption(maxDurationOption())
    .option('-o, --out <kind=file>', 'write what happens while it runs: ndjson=FILE (may be repeated)', collect)
    .option('--export-json <file>', 'write the report as JSON')
    .option('--export-markdown <file>', 'write the report as Markdown')
    .option('--json', 'print the report as JSON on standard output')
    .option('-q, --quiet', 'no progress, only the report')
}

export function addRunOptions(command: Command): Command {
  return addKeepingOptions(addScenarioOptions(command))
    .addOption(
      new Option(
        '--abort-on <what>',
        'end after the first run that misses an SLO (of a comparison, the candidate) or is invalid: slo, invalid or both',
      ).argParser(listOf(['slo', 'invalid'])),
    )
    .option('--keep-env', 'leave a target running at the end, until interrupted')
    .option('--dry-run', 'print the plan and the time it will take, and do nothing')
    .option('--no-slo', 'measure, but judge no SLO')
    .option('--export-html <file>', 'write the report as one HTML file')
    .option('--export-junit <file>', 'write the verdicts as JUnit XML')
}

export function maxDurationOption(): Option {
  const text = 'begin no further run that would not end within this time; resume does the rest'
  return new Option('--max-duration <time>', text).argParser(parseDuration)
}

const SCENARIO_FLAGS = [
  'runs',
  'seed',
  'duration',
  'warmup',
  'drain',
  'rate',
  'stage',
  'connections',
  'window',
  'generators',
  'timeout',
  'tlsCa',
  'tlsCert',
  'tlsKey',
  'tlsServerName',
  'tlsMinVersion',
  'insecureSkipTlsVerify',
  'messages',
  'name',
] as const satisfies readonly (keyof RunFlags & keyof AdhocFlags)[]

/** The flags that change the scenario, those given only. */
export function scenarioFlags(flags: RunFlags): AdhocFlags {
  const given = SCENARIO_FLAGS.flatMap(name => (flags[name] === undefined ? [] : [[name, flags[name]]]))
  const hosts = flags.allowHost === undefined ? [] : [['allowHosts', flags.allowHost]]
  return Object.fromEntries([...given, ...hosts]) as AdhocFlags
}

/** `--set`, and `--env` as settings of `sut.env`. */
export function settings(flags: RunFlags): string[] {
  return [...(flags.set ?? []), ...Object.entries(flags.env ?? {}).map(([name, value]) => `sut.env.${name}=${value}`)]
}

export function parseDuration(value: string): number {
  const ms = durationMs(/^\d+(\.\d+)?$/.test(value) ? Number(value) : value)
  if (ms === null || ms > LONGEST_MS)
    throw new InvalidArgumentError('write a time such as 10m, 90s or 500ms, at most 576h.')
  return ms
}
