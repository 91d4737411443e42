import type { Command } from 'commander'
import { listEnvironments } from '../environment/list.ts'
import { endKept } from '../environment/netns/keep/endKept.ts'
import { sweep } from '../environment/sweep.ts'
import { EXIT } from '../experiment/exit.ts'
import { roughDuration } from '../report/progress.ts'
import type { Console } from './console.ts'
import { addEnvCapture } from './envCapture.ts'
import { addEnvExec } from './envExec.ts'
import { addEnvInventory } from './envInventory.ts'
import { addEnvUp } from './envUp.ts'

interface SweepFlags {
  readonly expired?: boolean
  readonly experiment?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function addEnv(program: Command, console: () => Console, exit: (code: number) => void): void {
  const env = program
    .command('env')
    .description('clones for use by hand, and what experiments have created on this machine')
  addEnvUp(env, console, exit)
  addEnvExec(env, exit)
  addEnvCapture(env, console)
  addEnvInventory(env, console)
  env
    .command('down')
    .description('remove a kept clone')
    .argument('<id>', 'of the clone')
    .action(async (id: string) => exit(await takeDown(id, console())))
  env
    .command('ls')
    .description('list what exists now')
    .option('--json', 'print it as JSON')
    .action(({ json }: { json?: boolean }) => list(json ?? false, console()))
  env
    .command('sweep')
    .description('remove what experiments whose controller is dead left behind')
    .option('--expired', 'only what has expired')
    .option('--experiment <id>', 'only this experiment, also when its journal is lost')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--json', 'print it as JSON')
    .action(async (flags: SweepFlags) => exit(await sweepAll(flags, console())))
}

async function takeDown(id: string, { out }: Console): Promise<number> {
  const leaks = await endKept(id)
  for (const leak of leaks) out(`left: ${leak}\n`)
  if (leaks.length === 0) out(`${id} is gone\n`)
  return leaks.length === 0 ? EXIT.ok : EXIT.teardownFailed
}

function list(json: boolean, { out }: Console): void {
  const resources = listEnvironments()
  if (json) return out(`${JSON.stringify({ schema: 'hl7bench.environments/1', resources }, null, 2)}\n`)
  if (resources.length === 0) return out('nothing exists\n')
  for (const { experiment, clone, resource, pid, alive, comingUp, controllerAlive, ageMs, expires } of resources) {
    const state = [
      alive === null ? 'on another machine' : alive ? 'alive' : 'gone',
      controllerAlive === false ? 'controller dead' : comingUp ? 'coming up' : '',
    ].filter(Boolean)
    out(
      `${experiment}  ${clone ?? '-'}  ${resource}  pid ${pid ?? '-'}  ${state.join(', ')}  age ${roughDuration(ageMs)}  expires ${expires}\n`,
    )
  }
}

async function sweepAll({ expired, experiment, dryRun, json }: SweepFlags, { out }: Console): Promise<number> {
  const report = await sweep({
    expiredOnly: expired ?? false,
    dryRun: dryRun ?? false,
    ...(experiment === undefined ? {} : { experiment }),
  })
  if (json) out(`${JSON.stringify({ schema: 'hl7bench.sweep/1', ...report }, null, 2)}\n`)
  else {
    const done = dryRun ? 'would remove' : 'removed'
    for (const { experiment: id, pids, workTrees } of report.removed)
      out(`${done} ${id}: ${pids.length} processes, ${workTrees.length} work trees\n`)
    for (const { experiment: id, reason } of report.kept) out(`kept ${id}: ${reason}\n`)
    for (const leak of report.leaks) out(`left: ${leak}\n`)
    if (report.removed.length === 0 && report.leaks.length === 0) out('nothing to remove\n')
  }
  return report.leaks.length > 0 ? EXIT.teardownFailed : EXIT.ok
}
