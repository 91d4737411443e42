import { spawn } from 'node:child_process'
import type { GeneratorProcess, Path } from '../model/environment.ts'
import type { Guarded } from './guarded.ts'
import { here, type Place } from './place.ts'

/**
 * Of the node that runs a generator, sizes in MB: a large young generation, as to collect it stops the generator for half a millisecond however large it is;
 * and no whole collections, of several milliseconds, for what a generator holds from its beginning. Node's own code on huge pages, where the kernel
 * has them: 3 to 5 % less CPU time for an exchange, for 24 MB.
 */
export const GENERATOR_FLAGS = [
  '--use-largepages=silent',
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
  '--initial-heap-size=256',
] as const

/** Starts a load generator where the load comes from, in a process group of its own. */
export async function spawnGenerator(
  guarded: Guarded,
  id: string,
  entry: string,
  enter: Place['enter'] = here.enter,
  paths: readonly Path[] = [],
): Promise<GeneratorProcess> {
  const [program, ...args] = enter([process.execPath, ...GENERATOR_FLAGS, entry], process.cwd())
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
