import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { attachedArms } from '../experiment/arms/addresses.ts'
import { findCommits } from '../experiment/arms/commits.ts'
import { checkPlace, prepareTrees } from '../experiment/arms/prepare.ts'
import { takeSnapshot } from '../experiment/arms/snapshot.ts'
import type { identify } from '../experiment/begin.ts'
import type { SessionOptions } from '../experiment/session.ts'
import { git } from '../gitCommand.ts'
import type { Arm } from '../model/experiment.ts'
import type { AttachedEnvironment } from '../model/scenario.ts'
import { contains, experimentsFolder, realPath } from '../results/location.ts'
import { readVersion } from '../results/version.ts'
import { adhocScenario } from '../scenario/adhoc.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { outputsOf } from './checkOutputs.ts'
import type { CompareFlags } from './compareOptions.ts'
import { UsageError } from './errors.ts'
import { scenarioFlags } from './runOptions.ts'

export interface TwoArms {
  readonly arms: readonly Arm[]
  readonly warnings: readonly string[]
}

/** @param folder of the experiment */
export type Preparing = (folder: string, tell: (text: string) => void) => SessionOptions['prepareArms']

const ADDRESS = /^[a-z][a-z0-9+]*:\/\//i

/** The arms that the command line names: two addresses, or two commits of the repository measured. @throws UsageError, ArmsError */
export async function armsOf(
  loaded: LoadedScenario,
  flags: CompareFlags,
  identity: Awaited<ReturnType<typeof identify>>,
): Promise<TwoArms> {
  const { baseline, candidate } = flags
  if (baseline === undefined)
    throw new UsageError('compare with what? Name a branch, tag or commit, or an address: --baseline main')
  if (ADDRESS.test(baseline)) return addresses(baseline, candidate)
  if (candidate !== undefined && ADDRESS.test(candidate))
    throw new UsageError(`${candidate} is an address and ${baseline} is none; name two addresses, or two commits`)
  const outputs = outputsOf(flags).map(([, file]) => realPath(file))
  return await commits(loaded, { baseline, candidate: candidate ?? null, outputs }, identity)
}

function addresses(baseline: string, candidate: string | undefined): TwoArms {
  if (candidate === undefined) throw new UsageError('a second address is missing: --candidate mllp://127.0.0.1:2576')
  const arm = (name: 'baseline' | 'candidate', label: string): Arm => ({
    name,
    label,
    branch: null,
    commit: null,
    version: null,
    checkout: null,
  })
  return { arms: [arm('baseline', baseline), arm('candidate', candidate)], warnings: [] }
}

/** How the arms of a plan are made ready: work trees of their commits, or the addresses that they are named for. */
export function preparing(
  arms: readonly Arm[],
  { scenario }: LoadedScenario,
  flags: CompareFlags,
  repository: string | null,
): Preparing {
  const [baseline, candidate] = arms as [Arm, Arm]
  if (baseline.checkout === null) {
    const environmentOf = ({ label }: Arm) =>
      adhocScenario([label], scenarioFlags(flags)).scenario.environment as AttachedEnvironment
    const environments = { baseline: environmentOf(baseline), candidate: environmentOf(candidate) }
    return () => async () => attachedArms(environments)
  }
  return (folder, tell) => (guarded, signal) =>
    prepareTrees(
      { repository: repository!, arms, sut: scenario.sut, folder, usesCache: flags.buildCache, tell },
      guarded,
      signal,
    )
}

async function commits(
  { scenario }: LoadedScenario,
  { baseline, candidate, outputs }: { baseline: string; candidate: string | null; outputs: readonly string[] },
  { git: state, provenance, resultsFile }: Awaited<ReturnType<typeof identify>>,
): Promise<TwoArms> {
  const { sut, environment } = scenario
  if (environment.kind !== 'process' || sut.start === null)
    throw new UsageError(
      `nothing of the repository would be measured: ${environment.kind === 'process' ? 'the scenario starts no SUT' : 'the servers are attached'}. Set sut.start to the command that starts what you build, or compare two addresses.`,
    )
  const repository = state.workTree
  if (repository === null)
    throw new UsageError(
      `${state.warning ?? 'there is no git repository'} Compare needs one: name it with sut.repository.`,
    )
  checkPlace(sut, repository)
  const env = process.env
  const found = await findCommits({ workTree: repository, baseline, candidate, env })
  const leftOut = [resultsFile, experimentsFolder(resultsFile), ...outputs]
    .filter(path => contains(repository, path))
    .map(path => relative(repository, path))
  const snapshot = candidate === null ? await takeSnapshot({ workTree: repository, env, leftOut }) : null
  const checkout = snapshot ?? found.candidate
  const arms: Arm[] = [
    {
      name: 'baseline',
      label: found.isNamed ? baseline : `merge-base(${baseline})`,
      branch: baseline,
      commit: found.baseline,
      version: await versionAt(repository, found.baseline, sut.version),
      checkout: found.baseline,
    },
    {
      name: 'candidate',
      label: candidate ?? provenance.branch ?? 'HEAD',
      branch: candidate ?? provenance.branch,
      commit: `${found.candidate}${snapshot === null ? '' : '-dirty'}`,
      version: await versionAt(repository, checkout, sut.version),
      checkout,
    },
  ]
  const isSame = found.baseline === checkout
  return {
    arms,
    warnings: isSame ? [`both arms are commit ${checkout.slice(0, 12)}: there is no change to find`] : [],
  }
}

/** Version of the project at a commit, from the files at the top of its tree. */
async function versionAt(repository: string, commit: string, named: string | null): Promise<string | null> {
  if (named !== null) return named
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-version-'))
  try {
    for (const file of ['pom.xml', 'package.json']) {
      const { output, failure } = await git(repository, process.env, ['show', `${commit}:${file}`])
      if (failure === null) writeFileSync(join(folder, file), output)
    }
    return readVersion(folder, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
