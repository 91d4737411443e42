import { setTimeout as sleep } from 'node:timers/promises'
import { readProcesses } from '../../processTable.ts'
import { isRunning, replayAll, whereaboutsOf } from '../../replay.ts'
import type { ControllerLine } from '../../resources.ts'
import { stateFolder } from '../../state.ts'
import { sweep } from '../../sweep.ts'
import { UnknownCloneError } from './kept.ts'

const LONGEST_FAREWELL_MS = 20_000
const LOOK_EVERY_MS = 20

/** Ends a kept clone and its keeper. Resolves with what could not be removed, each with the remedy. Throws UnknownCloneError. */
export async function endKept(id: string, folder = stateFolder()): Promise<readonly string[]> {
  const found = replayAll(folder).find(({ experiment }) => experiment === id)
  if (found?.controller === undefined || found.controller === null)
    throw new UnknownCloneError(`no clone ${id} is kept; npx hl7bench env ls lists what there is`)
  const { controller, resources } = found
  if (!resources.some(({ kind }) => kind === 'keeper'))
    throw new UnknownCloneError(
      `${id} is an experiment; end it where it was started (Ctrl-C), or remove what a dead one left: npx hl7bench env sweep`,
    )
  if (whereaboutsOf(controller) === 'elsewhere')
    throw new UnknownCloneError(`${id} belongs to another machine (${controller.host}); end it there`)
  if (whereaboutsOf(controller) === 'this-boot') await endKeeper(controller)
  return (await sweep({ experiment: id, folder })).leaks
}

async function endKeeper(controller: ControllerLine): Promise<void> {
  const isThere = () => isRunning(readProcesses(), controller)
  if (!isThere()) return
  process.kill(controller.pid, 'SIGTERM')
  const deadline = performance.now() + LONGEST_FAREWELL_MS
  while (isThere() && performance.now() < deadline) await sleep(LOOK_EVERY_MS)
  if (!isThere()) return
  process.kill(controller.pid, 'SIGKILL')
  while (isThere() && performance.now() < 2 * deadline) await sleep(LOOK_EVERY_MS)
}
