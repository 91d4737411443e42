import { createConsole } from './cli/console.ts'
import { loadTarget } from './cli/loadTarget.ts'
import { runLoaded } from './cli/run.ts'
import type { RunFlags } from './cli/runOptions.ts'
import type { ExperimentReport } from './report/experiment.ts'

/** The flags of `hl7bench run` that change what is measured or where it is kept; times in ms or as text such as '30s'. */
export interface RunOptions {
  readonly runs?: number
  readonly seed?: number
  readonly duration?: number | string
  readonly warmup?: number | string
  readonly drain?: number | string
  /** Arrivals per second; an ad hoc load without it is a closed loop. */
  readonly rate?: number
  readonly connections?: number
  readonly window?: number
  readonly generators?: number
  readonly timeout?: number | string
  /** HL7 files to send; ad hoc only. */
  readonly messages?: readonly string[]
  /** Name of an ad hoc scenario. */
  readonly name?: string
  readonly allowHosts?: readonly string[]
  /** `path=value`, for instance `load.mllp.window=4`. */
  readonly set?: readonly string[]
  /** Environment variables of the SUT. */
  readonly env?: Readonly<Record<string, string>>
  /** CSV that rows are appended to. */
  readonly results?: string
  readonly environmentId?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Commands run before and after each run. */
  readonly prepare?: string
  readonly cleanup?: string
  /** No run begins that would not end within this time, ms. */
  readonly maxDurationMs?: number
  readonly abortOn?: readonly ('slo' | 'invalid')[]
  /** false = measure, but judge no SLO. */
  readonly slo?: boolean
  /** Ends the experiment in good order: what finished is kept, the report's exit code is 105. */
  readonly signal?: AbortSignal
}

/**
 * Measures a scenario file, or servers that run already, as `hl7bench run` does, and prints nothing. `exit.code` of the report is what
 * the command line would have ended with. Rejects when nothing could be measured: a bad scenario (`ScenarioError`), a results file
 * that cannot be kept (`ResultsError`), an environment that cannot be had.
 */
export async function run(target: string | readonly string[], options: RunOptions = {}): Promise<ExperimentReport> {
  const targets = typeof target === 'string' ? [target] : target
  const flags = flagsOf(options)
  const loaded = await loadTarget(targets, flags)
  const console = { ...createConsole(process.env, false), out: () => {}, err: () => {}, isInteractive: false }
  const repeat = `npx hl7bench run ${targets.join(' ')} --seed ${loaded.scenario.seed}`
  const signal = options.signal ?? new AbortController().signal
  return await runLoaded({ loaded, targets, flags, repeat, console, signal })
}

/** The same as the command line would give it. */
export function flagsOf({
  signal: _,
  slo,
  tags,
  maxDurationMs,
  allowHosts,
  abortOn,
  ...scenario
}: RunOptions): RunFlags {
  const { set, env, results, environmentId, prepare, cleanup, messages, name, ...values } = scenario
  const texts = Object.entries(values).map(([flag, value]) => [flag, String(value)])
  const rest = {
    set,
    env,
    results,
    environmentId,
    prepare,
    cleanup,
    messages,
    name,
    tag: tags,
    maxDuration: maxDurationMs,
  }
  const given = { ...rest, allowHost: allowHosts, abortOn, slo: slo ?? true, quiet: true }
  const isGiven = ([, value]: [string, unknown]) => value !== undefined
  return { ...Object.fromEntries(texts), ...Object.fromEntries(Object.entries(given).filter(isGiven)) } as RunFlags
}
