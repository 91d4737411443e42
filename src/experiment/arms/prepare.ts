import { join, relative } from 'node:path'
import type { Guarded } from '../../environment/guarded.ts'
import type { WorkTreePlace } from '../../environment/resources.ts'
import { addWorkTree, removeWorkTree } from '../../environment/workTree.ts'
import type { Arm, ArmName, Case } from '../../model/experiment.ts'
import type { Sut } from '../../model/scenario.ts'
import { contains, realPath } from '../../results/location.ts'
import type { Prepared } from '../session.ts'
import { buildSut } from './build.ts'
import { keepBuild, restoreBuild } from './buildCache.ts'
import { ArmsError } from './error.ts'
import { type HeldPlace, holdPlace } from './place.ts'

export interface TreesOptions {
  /** Top of the user's work tree, absolute. */
  readonly repository: string
  /** Each with a commit to check out. */
  readonly arms: readonly Arm[]
  readonly sut: Sut
  /** Of the experiment: logs of builds. */
  readonly folder: string
  /** Whether what an earlier comparison built may be used. */
  readonly usesCache: boolean
  readonly tell: (text: string) => void
}

/** @throws ArmsError when the SUT does not lie in the repository: no commit of it would be measured. */
export function checkPlace({ cwd }: Pick<Sut, 'cwd'>, repository: string): void {
  if (!contains(repository, cwd))
    throw new ArmsError(
      `sut.cwd ${cwd} lies outside the repository ${repository}, so that both arms would be the same; move it, or name sut.repository`,
    )
}

/** Checks the commits of both arms out at paths of equal length, and builds them by the same steps. */
export async function prepareTrees(options: TreesOptions, guarded: Guarded, signal: AbortSignal): Promise<Prepared> {
  const made: { readonly id: string; readonly place: WorkTreePlace; readonly held: HeldPlace }[] = []
  const suts = new Map<ArmName, Sut>()
  const release = async (): Promise<readonly string[]> => {
    const leaks: string[] = []
    for (const { id, place, held } of made.splice(0)) {
      const leak = await removeWorkTree(place)
      if (leak === null) guarded.released(id)
      else leaks.push(leak)
      held.release()
    }
    return leaks
  }
  try {
    for (const arm of options.arms) {
      signal.throwIfAborted()
      const { repository, sut } = options
      const held = await holdPlace(repository, arm.checkout!)
      const place = { repository, folder: held.folder }
      const id = `tree-${arm.name}`
      made.push({ id, place, held })
      guarded.hold(id, place)
      await removeWorkTree(place)
      await addWorkTree(place, arm.checkout!)
      const own = { ...sut, cwd: join(place.folder, relative(realPath(repository), realPath(sut.cwd))) }
      await buildArm(options, arm, own, place.folder, guarded, signal)
      suts.set(arm.name, own)
    }
  } catch (error) {
    await release()
    throw error
  }
  return {
    armed: (testCase, arm) => withSut(testCase, suts.get(arm)!),
    release,
  }
}

const withSut = (testCase: Case, { cwd }: Sut): Case => ({
  ...testCase,
  scenario: { ...testCase.scenario, sut: { ...testCase.scenario.sut, cwd } },
})

async function buildArm(
  { usesCache, folder, tell }: TreesOptions,
  { name, checkout, label }: Arm,
  sut: Sut,
  tree: string,
  guarded: Guarded,
  signal: AbortSignal,
): Promise<void> {
  if (sut.build === null) return
  const key = { commit: checkout!, command: sut.build, folder: tree }
  const arm = `${name} (${label})`
  if (usesCache && restoreBuild(key)) return tell(`${arm}: built before`)
  tell(`${arm}: building`)
  await buildSut(guarded, { name: `build-${name}`, arm, command: sut.build, sut, folder }, signal)
  if (usesCache) await keepBuild(key)
}
