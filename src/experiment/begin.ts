import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { prepareState } from '../environment/state.ts'
import type { Mask } from '../mask.ts'
import type { CapacityPlan } from '../model/capacity.ts'
import type { Arm, ExperimentPlan } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Provenance } from '../model/row.ts'
import { checkResults } from '../results/check.ts'
import { readGit } from '../results/git.ts'
import { environmentId } from '../results/host.ts'
import { JOURNAL_SCHEMA, type Journal, openJournal } from '../results/journal.ts'
import { prepareExperimentFolder, resultsFile } from '../results/location.ts'
import { readProvenance } from '../results/provenance.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { experimentId, planExperiment } from './plan.ts'

export interface BeginOptions {
  readonly loaded: LoadedScenario
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--results`, or null for the default. */
  readonly results: string | null
  /** Files that are written beside the rows, as the command line names them: they are no change of the project measured. */
  readonly outputs: readonly string[]
  /** `--environment-id`, or null for the one made of kind, CPU and cores. */
  readonly environmentId: string | null
  readonly tags: Readonly<Record<string, string>>
  /** Baseline and candidate of a comparison; null = one arm, the tree as it is. */
  readonly arms: readonly Arm[] | null
  /** Absent = no capacity is searched for. */
  readonly search?: CapacityPlan
  readonly mask: Mask
}

/** An experiment whose plan is on disk. */
export interface Begun {
  readonly plan: ExperimentPlan
  readonly provenance: Provenance
  readonly environmentId: string
  readonly resultsFile: string
  readonly folder: string
  readonly tags: Readonly<Record<string, string>>
  readonly journal: Journal
  /** Of an earlier session of the same experiment. */
  readonly finished: readonly RunResult[]
  /** Ids of the runs whose row is in the results file. */
  readonly rowed: ReadonlySet<string>
  /** What the rows will lack, each with its remedy. */
  readonly warnings: readonly string[]
}

/** Where things are and what made them, without writing anything. @throws ResultsError when rows could not be kept there */
export async function identify({
  loaded,
  env,
  results,
  outputs,
  environmentId: named,
}: Omit<BeginOptions, 'mask' | 'tags' | 'arms' | 'search'>) {
  const { scenario, file } = loaded
  const repository = scenario.sut.repository ?? (file === null ? process.cwd() : dirname(file))
  const { workTree } = await readGit(repository, env, () => false)
  const place = resultsFile({ named: results, project: workTree ?? repository, env, temporary: tmpdir() })
  checkResults(place)
  const report = await readProvenance({ repository, version: scenario.sut.version, resultsFile: place, outputs, env })
  const { host } = report.provenance
  return { ...report, resultsFile: place, environmentId: named ?? environmentId(scenario.environment.kind, null, host) }
}

/** Plans a new experiment and writes the plan down before anything is created. */
export async function begin(options: BeginOptions): Promise<Begun> {
  const { loaded, tags, mask, search } = options
  const { provenance, git, warnings, resultsFile: rows, environmentId: environment } = await identify(options)
  const { cases, scenario } = loaded
  prepareState()
  // The id names folders and processes.
  const id = experimentId(new Date(), mask(scenario.name), randomBytes(4).readUInt32BE())
  const { branch, commit, version } = provenance
  const arms = options.arms ?? [
    { name: 'only', label: branch ?? commit ?? scenario.name, branch, commit, version, checkout: null },
  ]
  const planned = planExperiment({ id, cases, arms, seed: scenario.seed }, scenario.runs)
  const plan = search === undefined ? planned : { ...planned, search }
  const folder = prepareExperimentFolder(rows, id)
  const journal = openJournal(folder, mask)
  journal.append({
    type: 'experiment',
    schema: JOURNAL_SCHEMA,
    plan,
    provenance,
    changes: git.changes,
    environmentId: environment,
    resultsFile: rows,
    tags,
  })
  return {
    plan,
    provenance,
    environmentId: environment,
    resultsFile: rows,
    folder,
    tags,
    journal,
    finished: [],
    rowed: new Set(),
    warnings,
  }
}
