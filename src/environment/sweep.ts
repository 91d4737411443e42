import { clear } from './clear.ts'
import { isMarked, markOf } from './mark.ts'
import { type ProcessEntry, readProcesses } from './processTable.ts'
import { endTree, selectTree } from './processTree.ts'
import { isRunning, type JournalledExperiment, replayAll, whereaboutsOf } from './replay.ts'
import { stateFolder } from './state.ts'

export interface SweepFilter {
  /** Only this experiment, also when its journal is lost. */
  readonly experiment?: string
  /** Only what has expired. */
  readonly expiredOnly?: boolean
  /** Report what would be removed, and remove nothing. */
  readonly dryRun?: boolean
  readonly folder?: string
}

export interface SweepReport {
  readonly removed: readonly SweptExperiment[]
  /** Experiments that were looked at and left alone, with the reason. */
  readonly kept: readonly { readonly experiment: string; readonly reason: string }[]
  /** What could not be removed, with the remedy. */
  readonly leaks: readonly string[]
}

export interface SweptExperiment {
  readonly experiment: string
  /** Processes that were ended. */
  readonly pids: readonly number[]
  /** Folders of work trees that were removed. */
  readonly workTrees: readonly string[]
}

const GRACE_MS = 200
/** A controller writes the first line of its journal at once; one without is a crash in between. */
const JOURNAL_BEGIN_MS = 60_000

/**
 * Removes what experiments with a dead controller left behind: processes whose pid and start time are those of the
 * journal, every process that carries the experiment's mark, and the journal once all of it is gone.
 */
export async function sweep(filter: SweepFilter = {}): Promise<SweepReport> {
  const report = { removed: [] as SweptExperiment[], kept: [] as SweepReport['kept'][number][], leaks: [] as string[] }
  for (const experiment of candidates(filter)) {
    const reason = reasonToKeep(experiment, filter)
    if (reason === null) await sweepExperiment(experiment, filter.dryRun ?? false, report)
    else report.kept.push({ experiment: experiment.experiment, reason })
  }
  return report
}

/** What every start of hl7bench may do first: costs one look into the state folder when nothing is left there. */
export const sweepDead = (folder?: string) => sweep(folder === undefined ? {} : { folder })

function candidates({ experiment, folder = stateFolder() }: SweepFilter): JournalledExperiment[] {
  const journalled = replayAll(folder).filter(each => experiment === undefined || each.experiment === experiment)
  if (experiment === undefined || journalled.length > 0) return journalled
  const isLeft = readProcesses().some(entry => isMarked(entry.mark, experiment, null))
  return isLeft ? [{ experiment, folder: '', controller: null, resources: [], changedMs: 0 }] : []
}

function reasonToKeep(found: JournalledExperiment, { expiredOnly = false }: SweepFilter): string | null {
  const { experiment, controller } = found
  const processes = readProcesses()
  if (controller === null) {
    if (Date.now() - found.changedMs < JOURNAL_BEGIN_MS) return 'it is just being started'
    // A guardian lives no longer than its controller.
    const isGuarded = processes.some(entry => entry.mark === markOf(experiment, 'guardian'))
    return isGuarded ? 'its controller is running' : null
  }
  if (whereaboutsOf(controller) === 'elsewhere')
    return `it belongs to another machine (${controller.host}); sweep there, or delete ${found.folder} if that machine is no more`
  if (whereaboutsOf(controller) === 'this-boot' && isRunning(processes, controller))
    return `its controller (pid ${controller.pid}) is running`
  if (expiredOnly && Date.parse(controller.expires) > Date.now()) return `it expires at ${controller.expires}`
  return null
}

async function sweepExperiment(
  found: JournalledExperiment,
  dryRun: boolean,
  report: { removed: SweptExperiment[]; leaks: string[] },
): Promise<void> {
  const { experiment } = found
  const tree = { experimentId: experiment, id: null, roots: rootsOf(found) }
  const members = selectTree(readProcesses(), tree)
  const workTrees = found.resources.flatMap(({ workTree }) => workTree ?? [])
  report.removed.push({
    experiment,
    pids: members.map(({ pid }) => pid),
    workTrees: workTrees.map(workTree => workTree.folder),
  })
  if (dryRun) return
  const survivors = await endTree(tree, GRACE_MS)
  report.leaks.push(
    ...(survivors.length > 0 ? survivors.map(survivor => describeSurvivor(experiment, survivor)) : await clear(found)),
  )
}

/** After a reboot every journalled pid is somebody else's. */
function rootsOf({ controller, resources }: JournalledExperiment) {
  if (controller === null || whereaboutsOf(controller) !== 'this-boot') return []
  return resources.flatMap(({ identity }) => (identity === null ? [] : [identity]))
}

const describeSurvivor = (experiment: string, { pid }: ProcessEntry) =>
  `process ${pid} of experiment ${experiment} could not be ended; end it as its owner: kill -9 ${pid}`
