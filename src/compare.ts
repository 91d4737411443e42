import { compareLoaded, loadComparison } from './cli/compare.ts'
import type { CompareFlags } from './cli/compareOptions.ts'
import { createConsole } from './cli/console.ts'
import type { ComparisonReport } from './report/comparison/comparison.ts'
import { flagsOf, type RunOptions } from './run.ts'

/** The options of `run`, and those that `hl7bench compare` adds; shares such as 0.03 for 3 %. */
export interface CompareOptions extends RunOptions {
  /** Branch, tag or commit to compare with (its merge base with the candidate), or an address. */
  readonly baseline: string
  /** Commit or address to judge; default: the work tree with its uncommitted work. */
  readonly candidate?: string
  readonly minEffect?: number
  readonly margin?: number
  readonly alpha?: number
  readonly failOn?: CompareFlags['failOn']
  /** false = build both arms anew. */
  readonly buildCache?: boolean
}

/**
 * Compares two commits under a scenario file, or two addresses (then `target` is left empty), as `hl7bench compare` does, and prints nothing. Rejects when nothing could
 * be measured: a bad scenario, commits that git does not know, an environment that cannot be had.
 */
export async function compare(target: string | readonly string[], options: CompareOptions): Promise<ComparisonReport> {
  const { baseline, candidate, minEffect, margin, alpha, failOn = 'regression', buildCache = true, ...rest } = options
  const given = Object.entries({ candidate, minEffect, margin, alpha }).filter(([, value]) => value !== undefined)
  const flags: CompareFlags = {
    ...flagsOf(rest),
    ...Object.fromEntries(given),
    baseline,
    failOn,
    buildCache,
    method: 'gate',
  }
  const targets = typeof target === 'string' ? [target] : target
  const loaded = await loadComparison(targets, flags)
  const console = { ...createConsole(process.env, false), out: () => {}, err: () => {}, isInteractive: false }
  const repeat = `npx hl7bench compare ${targets.join(' ')} --baseline ${baseline} --seed ${loaded.scenario.seed}`
  const signal = options.signal ?? new AbortController().signal
  return await compareLoaded({ loaded, targets, flags, repeat, console, signal })
}
