import { EnvironmentError } from '../../environment/error.ts'
import type { Guarded } from '../../environment/guarded.ts'
import { outputIn, quoteOutput } from '../../environment/output.ts'
import { runShell } from '../../environment/shell.ts'
import type { Sut } from '../../model/scenario.ts'

export interface Build {
  /** Of the log: `build`, `build-baseline`. */
  readonly name: string
  /** Arm of a comparison that an error names; null = there is one build. */
  readonly arm: string | null
  readonly command: string
  readonly sut: Pick<Sut, 'cwd' | 'env'>
  /** Folder of the experiment: the output goes to `build.out.log` and the like. */
  readonly folder: string
}

/** Builds a SUT. Throws EnvironmentError with the last lines when the command fails. */
export async function buildSut(
  guarded: Guarded,
  { name, arm, command, sut, folder }: Build,
  signal: AbortSignal,
): Promise<void> {
  const output = outputIn(folder, name)
  const env = { ...(process.env as Record<string, string>), ...sut.env }
  const exit = await runShell(guarded, { id: name, resource: 'build', command, cwd: sut.cwd, env, output }, signal)
  await guarded.end(name)
  if (exit.code === 0) return
  throw new EnvironmentError(
    'provision',
    'target',
    `${arm === null ? '' : `${arm}: the build failed: `}sut.build (${command}) ended with ${exit.signal ?? `exit code ${exit.code}`} in ${sut.cwd}; ${quoteOutput(output)}\nrun it by hand there (of a compared commit: in a work tree of it), or correct sut.build`,
  )
}
