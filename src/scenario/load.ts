import { dirname, resolve } from 'node:path'
import { compileScenario, type LoadedScenario } from './compile.ts'
import { environmentOverrides, flagOverrides, type ScenarioFlags } from './overrideSources.ts'
import { placeAt } from './place.ts'
import { secretMask } from './secrets.ts'
import { readSource } from './source.ts'

export type { LoadedScenario } from './compile.ts'

export interface LoadOptions {
  /** `path=value`, for instance `load.mllp.window=4`. */
  readonly sets?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly flags?: ScenarioFlags
}

/**
 * Reads and checks a scenario file (.ts .mts .js .mjs .yaml .yml .json). Precedence: defaults < file < HL7BENCH_RUNS, HL7BENCH_SEED, HL7BENCH_SET < flags < `--set`.
 * Throws ScenarioError with every complaint at once.
 */
export async function loadScenario(
  file: string,
  { sets = [], env = {}, flags = {} }: LoadOptions = {},
): Promise<LoadedScenario> {
  const absolute = resolve(file)
  const folder = dirname(absolute)
  const mask = secretMask(env)
  const source = await readSource(absolute, mask)
  const fromEnvironment = environmentOverrides(env)
  const fromFlags = flagOverrides(flags, sets, source.raw)
  const overrides = {
    overrides: [...fromEnvironment.overrides, ...fromFlags.overrides],
    findings: [...fromEnvironment.findings, ...fromFlags.findings],
  }
  return compileScenario(source, overrides, {
    place: placeAt(folder, absolute, env),
    folder,
    sourceName: absolute,
    given: 'file',
    mask,
  })
}
