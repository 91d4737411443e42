import { spawn } from 'node:child_process'
import type { GeneratorProcess } from '../model/environment.ts'
import type { Guarded } from './guarded.ts'

/** Starts a load generator on this machine, in a process group of its own. */
export async function spawnGenerator(guarded: Guarded, id: string, entry: string): Promise<GeneratorProcess> {
  const { pid, exited, child } = await guarded.adopt(id, 'generator', mark =>
    spawn(process.execPath, [entry], {
      env: { ...process.env, ...mark },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  )
  const { stdin: input, stdout: output, stderr: errors } = child
  return { pid, input, output, errors, exited, kill: () => void child.kill('SIGKILL') }
}
