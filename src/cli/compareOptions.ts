import { type Command, InvalidArgumentError, Option } from 'commander'
import { FAIL_ON } from '../experiment/exit.ts'
import type { ComparisonSettings } from '../report/comparison/comparison.ts'
import { DEFAULT_SETTINGS } from '../stats/gate/settings.ts'
import { addRunOptions, type RunFlags } from './runOptions.ts'

/** What the command line of `compare` says, as commander gives it. */
export interface CompareFlags extends RunFlags {
  readonly baseline?: string
  readonly candidate?: string
  readonly failOn: (typeof FAIL_ON)[number]
  readonly minEffect?: number
  readonly margin?: number
  readonly alpha?: number
  readonly method: 'gate' | 'speedup-test'
  readonly buildCache: boolean
  readonly baselineRows?: string
  readonly candidateRows?: string
}

export function addCompareOptions(command: Command): Command {
  return addRunOptions(command)
    .option(
      '--baseline <commit>',
      'branch, tag or commit to compare with: its merge base with the candidate; or an address',
    )
    .option('--candidate <commit>', 'commit to judge (default: the work tree with its uncommitted work); or an address')
    .addOption(
      new Option('--fail-on <verdict>', 'what ends with an exit code other than 0')
        .choices(FAIL_ON)
        .default('regression'),
    )
    .addOption(percentOption('--min-effect <change>', 'smallest change worth a verdict', DEFAULT_SETTINGS.minEffect))
    .addOption(percentOption('--margin <change>', 'arms closer than this are the same', DEFAULT_SETTINGS.margin))
    .addOption(
      percentOption('--alpha <risk>', 'largest chance that a comparison of equal arms fails', DEFAULT_SETTINGS.alpha),
    )
    .addOption(
      new Option('--method <method>', 'gate; speedup-test adds the report of that protocol, on 31 pairs')
        .choices(['gate', 'speedup-test'])
        .default('gate'),
    )
    .option('--no-build-cache', 'build both arms anew, and keep nothing of it')
    .option('--baseline-rows <selector>', "rows of a CSV instead of runs, for instance 'commit=abc'; for information")
    .option('--candidate-rows <selector>', 'the rows that are set against them')
}

export function settingsOf({ minEffect, margin, alpha }: CompareFlags): ComparisonSettings {
  const given = Object.entries({ minEffect, margin, alpha }).filter(([, value]) => value !== undefined)
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(given) }
}

function percentOption(flags: string, text: string, byDefault: number): Option {
  return new Option(flags, `${text} (default: ${+(byDefault * 100).toFixed(2)}%)`).argParser(parseShare)
}

/** `3%` or `0.03`. */
function parseShare(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(\s*%)?$/.exec(value.trim())
  const share = match === null ? Number.NaN : Number(match[1]) / (match[2] === undefined ? 1 : 100)
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('write a share such as 3% or 0.03.')
  return share
}
