import { spawn } from 'node:child_process'
import type { GeneratorProcess, Path } from '../model/environment.ts'
import type { Guarded } from './guarded.ts'
import { here, type Place } from './place.ts'

/** Starts a load generator where the load comes from, in a process group of its own. */
export async function spawnGenerator(
  guarded: Guarded,
  id: string,
  entry: string,
  enter: Place['enter'] = here.enter,
  paths: readonly Path[] = [],
): Promise<GeneratorProcess> {
  const [program, ...args] = enter([process.execPath, entry], process.cwd())
  const { pid, exited, child } = await guarded.adopt(id, 'generator', mark =>
    spawn(program, args, {
      env: { ...process.env, ...mark },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  )
  const { stdin: input, stdout: output, stderr: errors } = child
  return {
    pid,
    ...(paths.length > 0 && { paths }),
    input,
    output,
    errors,
    exited,
    kill: () => void child.kill('SIGKILL'),
  }
}
