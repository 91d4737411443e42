import { existsSync } from 'node:fs'
import { isMarked } from './mark.ts'
import { isComingUp } from './netns/keep/kept.ts'
import { readProcesses } from './processTable.ts'
import { isRunning, type JournalledExperiment, replayAll, whereaboutsOf } from './replay.ts'
import { stateFolder } from './state.ts'

/** One line of `env ls`. */
export interface ListedResource {
  readonly experiment: string
  /** Kind of the environment. */
  readonly kind: string
  readonly owner: string
  /** null = belongs to the whole experiment. */
  readonly clone: string | null
  readonly resource: string
  readonly pid: number | null
  /** null = on another machine: not known here. */
  readonly alive: boolean | null
  /** Of a clone kept for use by hand, and not to be used yet. */
  readonly comingUp: boolean
  /** Whether the controller that would remove it runs; null = not known here. */
  readonly controllerAlive: boolean | null
  readonly ageMs: number
  /** ISO 8601 UTC. */
  readonly expires: string
}

/** Everything that the resource journals say was, or was about to be, created and is not known to be gone. */
export function listEnvironments(folder = stateFolder()): ListedResource[] {
  const experiments = replayAll(folder)
  const processes = experiments.length === 0 ? [] : readProcesses()
  return experiments.flatMap(experiment => listExperiment(experiment, processes))
}

function listExperiment(found: JournalledExperiment, processes: ReturnType<typeof readProcesses>): ListedResource[] {
  const { experiment, controller, resources } = found
  if (controller === null) return []
  const where = whereaboutsOf(controller)
  const known = (answer: () => boolean) => (where === 'elsewhere' ? null : where === 'this-boot' && answer())
  return resources.map(({ id, kind, at, identity, workTree }) => ({
    experiment,
    kind: controller.kind,
    owner: controller.owner,
    clone: id.includes('.') ? id.slice(0, id.indexOf('.')) : null,
    resource: workTree === null ? `${kind} ${id}` : `${kind} ${workTree.folder}`,
    pid: identity?.pid ?? null,
    alive: known(
      () =>
        (workTree !== null && existsSync(workTree.folder)) ||
        (identity !== null && isRunning(processes, identity)) ||
        processes.some(entry => isMarked(entry.mark, experiment, id)),
    ),
    comingUp: isComingUp(found),
    controllerAlive: known(() => isRunning(processes, controller)),
    ageMs: Date.now() - Date.parse(at),
    expires: controller.expires,
  }))
}
