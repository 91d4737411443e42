import { CommanderError } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { UnknownCloneError } from '../environment/netns/keep/kept.ts'
import { ArmsError } from '../experiment/arms/error.ts'
import { CalibrationError } from '../experiment/calibrate/error.ts'
import { EXIT } from '../experiment/exit.ts'
import { HashError } from '../experiment/hash/hasher.ts'
import { PreflightError } from '../experiment/session.ts'
import { PepperError } from '../generator/hash/pepper.ts'
import { RowsError } from '../report/comparison/compareRows.ts'
import { ResultsError } from '../results/error.ts'
import { ScenarioError } from '../scenario/complaint.ts'
import { CodeFault } from '../workload/codeFault.ts'

/** Bad input of the command line itself. The message ends with the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const BAD_RESULTS = new Set(['columns', 'malformed', 'unwritable', 'unreadable', 'journal', 'locked'])

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput
  if (
    error instanceof ScenarioError ||
    error instanceof UsageError ||
    error instanceof UnknownCloneError ||
    error instanceof ArmsError ||
    error instanceof RowsError
  )
    return EXIT.badInput
  if (error instanceof PepperError || error instanceof CodeFault) return EXIT.badInput
  if (error instanceof CalibrationError) return error.beforeLoad ? EXIT.provisionFailed : EXIT.noValidResult
  if (error instanceof PreflightError || error instanceof EnvironmentError) return EXIT.provisionFailed
  if (error instanceof ResultsError && BAD_RESULTS.has(error.code)) return EXIT.badInput
  return EXIT.internal
}

/** What is printed of it; null = commander has printed it. */
export function describeError(error: unknown, verbose: boolean): string | null {
  if (error instanceof CommanderError) return null
  if (!(error instanceof Error)) return `hl7bench: ${String(error)}\n`
  const isExpected = exitCodeOf(error) !== EXIT.internal || error instanceof ResultsError || error instanceof HashError
  const text = isExpected && !verbose ? error.message : (error.stack ?? error.message)
  return `hl7bench: ${text}\n`
}
