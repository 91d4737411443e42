import type { Command } from 'commander'
import { sweep } from '../environment/sweep.ts'
import { type Begun, identify } from '../experiment/begin.ts'
import { openJournal } from '../results/journal.ts'
import { rowExists } from '../results/read.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { readContents } from '../scenario/content.ts'
import { preparing } from './armsOf.ts'
import { loadSearch, printCapacity } from './capacity.ts'
import type { CapacityFlags } from './capacityOptions.ts'
import { loadComparison, printComparison } from './compare.ts'
import type { CompareFlags } from './compareOptions.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { experimentFolder, type Opening, replay } from './experimentFolder.ts'
import { interruptible } from './interrupt.ts'
import { type Invocation, readInvocation } from './invocation.ts'
import { loadTarget } from './loadTarget.ts'
import { measure } from './measure.ts'
import { measureCapacity } from './measureCapacity.ts'
import { measureComparison } from './measureComparison.ts'
import { identityOf, printReport } from './run.ts'
import { maxDurationOption } from './runOptions.ts'

/** Paths that a refusal names. */
const MOST_PATHS = 5

interface ResumeFlags {
  readonly results?: string
  readonly quiet?: boolean
  readonly json?: boolean
  readonly maxDuration?: number
}

export function addResume(program: Command, console: () => Console, exit: (code: number) => void): void {
  program
    .command('resume')
    .description('go on with an experiment where a crash or an interrupt stopped it')
    .argument('<experiment>', 'its id, or its folder')
    .option('--results <file>', 'the CSV beside whose folder the experiment lies, when it is not the default')
    .addOption(maxDurationOption())
    .option('--json', 'print the report as JSON on standard output')
    .option('-q, --quiet', 'no progress, only the report')
    .action(async (experiment: string, flags: ResumeFlags) => exit(await resume(experiment, flags, console())))
}

async function resume(experiment: string, flags: ResumeFlags, console: Console): Promise<number> {
  const folder = await experimentFolder(experiment, flags.results ?? null)
  const { opening, finished, rowed } = await replay(folder)
  const invocation = readInvocation(folder)
  process.chdir(invocation.cwd)
  const isComparison = opening.plan.arms.length > 1
  const isSearch = opening.plan.search !== undefined
  const loaded = await loadAgain(opening, invocation)
  const now = await identify({ ...identityOf(loaded, invocation.flags), results: opening.resultsFile })
  refuseChanges(opening, loaded.cases, now)
  // Whatever the dead controller left behind must be gone before its experiment goes on.
  await sweep({ experiment: opening.plan.id })
  const found = await Promise.all(
    finished.map(async ({ run }) => rowed.has(run.id) || rowExists(opening.resultsFile, opening.plan.id, run.id)),
  )
  const begun: Begun = {
    // Functions are not in the journal: the cases are those just loaded, which have the same digests.
    plan: { ...opening.plan, cases: loaded.cases },
    provenance: now.provenance,
    environmentId: opening.environmentId,
    resultsFile: opening.resultsFile,
    folder,
    tags: opening.tags,
    journal: openJournal(folder, console.mask),
    finished,
    rowed: new Set(finished.filter((_, i) => found[i]).map(({ run }) => run.id)),
    warnings: now.warnings,
  }
  const contents = await readContents(loaded)
  // A limit of time is that of one session.
  const { maxDuration: _, ...former } = invocation.flags
  const limit = flags.maxDuration === undefined ? {} : { maxDuration: flags.maxDuration }
  const again = { ...former, ...limit, quiet: flags.quiet ?? false, json: flags.json ?? false }
  const { repeat } = invocation
  if (isSearch) {
    const options = { begun, loaded, contents, flags: again as CapacityFlags, repeat, console }
    const searched = await interruptible(signal => measureCapacity({ ...options, signal }))
    printCapacity(searched, flags, console)
    return searched.exit.code
  }
  if (isComparison) {
    const prepare = preparing(opening.plan.arms, loaded, again as CompareFlags, now.git.workTree)
    const options = { begun, contents, flags: again as CompareFlags, repeat, console, prepare }
    const compared = await interruptible(signal => measureComparison({ ...options, signal }))
    printComparison(compared, flags, console)
    return compared.exit.code
  }
  const report = await interruptible(signal => measure({ begun, contents, flags: again, repeat, console, signal }))
  printReport(report, flags, console)
  return report.exit.code
}

async function loadAgain({ plan }: Opening, { targets, flags }: Invocation): Promise<LoadedScenario> {
  if (plan.search !== undefined) return (await loadSearch(targets, flags as CapacityFlags)).loaded
  return await (plan.arms.length > 1 ? loadComparison : loadTarget)(targets, flags as CompareFlags)
}

/** Runs measured before and after a change are not one sample. */
function refuseChanges(
  { plan, provenance, changes, environmentId }: Opening,
  cases: Begun['plan']['cases'],
  now: Awaited<ReturnType<typeof identify>>,
): void {
  const digests = (list: Begun['plan']['cases']) => list.map(({ id, digest }) => `${id} ${digest}`).join('\n')
  const host = ({ cpuModel, cores, kernel, memoryBytes }: Begun['provenance']['host']) =>
    [cpuModel, cores, kernel, memoryBytes].join(' ')
  const paths = new Set([...Object.keys(changes), ...Object.keys(now.git.changes)])
  const changed = [...paths].filter(path => changes[path] !== now.git.changes[path]).sort()
  const differences = [
    ...(provenance.commit === now.provenance.commit
      ? []
      : [`the commit (${provenance.commit} then, ${now.provenance.commit} now)`]),
    ...(changed.length === 0 ? [] : [`the uncommitted changes of the work tree (${enumerate(changed)})`]),
    ...(digests(plan.cases) === digests(cases) ? [] : ['the scenario (its case digests differ)']),
    ...(environmentId === now.environmentId && host(provenance.host) === host(now.provenance.host)
      ? []
      : ['the machine']),
  ]
  if (differences.length > 0)
    throw new UsageError(
      `cannot resume: ${differences.join(', ')} changed since; put it back, or run the scenario anew`,
    )
}

function enumerate(paths: readonly string[]): string {
  const rest = paths.length - MOST_PATHS
  return [...paths.slice(0, MOST_PATHS), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}
