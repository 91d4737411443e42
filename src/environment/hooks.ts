import type { RunningTarget } from '../model/environment.ts'
import type { Stage } from '../model/result.ts'
import type { Sut } from '../model/scenario.ts'
import { EnvironmentError } from './error.ts'
import type { Guarded } from './guarded.ts'
import { outputIn, quoteOutput } from './output.ts'
import { runVariables } from './runVariables.ts'
import { runShell } from './shell.ts'

/** A command of the user's that is run beside a run. */
export interface Hook {
  readonly stage: Extract<Stage, 'prepare' | 'cleanup'>
  /** Run by the shell in the SUT's working folder. */
  readonly command: string
  readonly cloneId: string
  readonly runId: string
  /** Folder of the run, absolute, existing: the output goes to `prepare.out.log` and the like. */
  readonly folder: string
  readonly sut: Pick<Sut, 'cwd' | 'env'>
  /** Null before the target was started. */
  readonly target: Pick<RunningTarget, 'mllp' | 'fhir'> | null
}

/**
 * Runs a hook to its end. Throws EnvironmentError when it fails, with its last lines. What it leaves in the background
 * lives until its clone is released.
 */
export async function runHook(guarded: Guarded, hook: Hook, signal: AbortSignal): Promise<void> {
  const { stage, command, folder, runId } = hook
  const output = outputIn(folder, stage)
  const id = `${hook.cloneId}.${runId}-${stage}`
  const facts = { runId, folder, mllp: hook.target?.mllp ?? null, fhir: hook.target?.fhir ?? null }
  const exit = await runShell(
    guarded,
    { id, resource: 'hook', command, cwd: hook.sut.cwd, env: runVariables(hook.sut.env, facts), output },
    signal,
  )
  if (exit.code === 0) return
  throw new EnvironmentError(
    stage,
    'environment',
    `--${stage} (${command}) ended with ${exit.signal ?? `exit code ${exit.code}`}; ${quoteOutput(output)}\n` +
      `run the command by hand, or leave --${stage} out`,
  )
}
