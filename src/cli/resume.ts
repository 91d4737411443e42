import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Command } from 'commander'
import { sweep } from '../environment/sweep.ts'
import { type Begun, identify } from '../experiment/begin.ts'
import type { RunResult } from '../model/result.ts'
import { readGit } from '../results/git.ts'
import { type JournalEntry, openJournal, readJournal } from '../results/journal.ts'
import { experimentsFolder, resultsFile } from '../results/location.ts'
import { rowExists } from '../results/read.ts'
import { readContents } from '../scenario/content.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { loadTarget } from './loadTarget.ts'
import { measure } from './measure.ts'
import { INVOCATION, type Invocation } from './run.ts'

interface ResumeFlags {
  readonly results?: string
  readonly quiet?: boolean
  readonly json?: boolean
}

type Opening = Extract<JournalEntry, { type: 'experiment' }>

export function addResume(program: Command, console: () => Console, exit: (code: number) => void): void {
  program
    .command('resume')
    .description('go on with an experiment where a crash or an interrupt stopped it')
    .argument('<experiment>', 'its id, or its folder')
    .option('--results <file>', 'the CSV beside whose folder the experiment lies, when it is not the default')
    .option('--json', 'print the report as JSON on standard output')
    .option('-q, --quiet', 'no progress, only the report')
    .action(async (experiment: string, flags: ResumeFlags) => exit(await resume(experiment, flags, console())))
}

async function resume(experiment: string, flags: ResumeFlags, console: Console): Promise<number> {
  const folder = await experimentFolder(experiment, flags.results ?? null)
  const { opening, finished, rowed } = await replay(folder)
  const invocation = JSON.parse(readFileSync(join(folder, INVOCATION), 'utf8')) as Invocation
  process.chdir(invocation.cwd)
  const loaded = await loadTarget(invocation.targets, invocation.flags)
  const now = await identify({
    loaded,
    env: process.env,
    results: opening.resultsFile,
    environmentId: invocation.flags.environmentId ?? null,
  })
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
  return await measure({
    begun,
    contents,
    flags: { ...invocation.flags, quiet: flags.quiet ?? false, json: flags.json ?? false },
    repeat: `npx hl7bench run ${invocation.targets.join(' ')} --seed ${opening.plan.seed}`,
    console,
  })
}

/** A folder as given, else the id beside the default results file or the one named. */
export async function experimentFolder(experiment: string, results: string | null): Promise<string> {
  if (existsSync(join(experiment, 'journal.jsonl')))
    return isAbsolute(experiment) ? experiment : join(process.cwd(), experiment)
  const { workTree } = await readGit(process.cwd(), process.env, () => false)
  const named = results ?? process.env.HL7BENCH_RESULTS ?? null
  const folder = join(
    experimentsFolder(
      resultsFile({ named, project: workTree ?? process.cwd(), env: process.env, temporary: tmpdir() }),
    ),
    experiment,
  )
  if (existsSync(join(folder, 'journal.jsonl'))) return folder
  throw new UsageError(
    `no experiment ${experiment} beside the results file (${folder}); name its folder, or the CSV with --results`,
  )
}

/** What the journal says: how it began, what finished, and which rows are known to be written. */
export async function replay(folder: string): Promise<{ opening: Opening; finished: RunResult[]; rowed: Set<string> }> {
  let opening: Opening | null = null
  const finished: RunResult[] = []
  const rowed = new Set<string>()
  for await (const entry of readJournal(folder)) {
    if (entry.type === 'experiment') opening = entry
    else if (entry.type === 'finished') finished.push(entry.result)
    else if (entry.type === 'row') rowed.add(entry.run)
  }
  if (opening === null)
    throw new UsageError(`${folder} was stopped before its plan was written: nothing to resume; run it anew`)
  return { opening, finished, rowed }
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
  const differences = [
    ...(provenance.commit === now.provenance.commit
      ? []
      : [`the commit (${provenance.commit} then, ${now.provenance.commit} now)`]),
    ...(changes === now.git.changes ? [] : ['the uncommitted changes of the work tree']),
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
