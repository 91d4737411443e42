import { type Env, git } from '../../gitCommand.ts'
import { ArmsError } from './error.ts'

export interface CommitsAsked {
  /** Top of the work tree, absolute. */
  readonly workTree: string
  /** What the candidate is compared with: the merge base of both is the baseline. */
  readonly baseline: string
  /** null = the work tree as it is. */
  readonly candidate: string | null
  readonly env: Env
}

/** Full commit ids. */
export interface Commits {
  readonly baseline: string
  /** The baseline is the commit that was named itself, not only the merge base with it. */
  readonly isNamed: boolean
  /** The commit that the candidate is, or is based on. */
  readonly candidate: string
}

const CLOSE_NAMES = 5

/** The commits that a comparison is about. @throws ArmsError */
export async function findCommits({ workTree, baseline, candidate, env }: CommitsAsked): Promise<Commits> {
  const ask = (...args: string[]) => git(workTree, env, args)
  const shallow = await ask('rev-parse', '--is-shallow-repository')
  if (shallow.output.trim() === 'true')
    throw new ArmsError(
      `${workTree} is a shallow clone: the commit that both arms come from may be missing. Run git fetch --unshallow, or check out with fetch-depth: 0.`,
    )
  const tip = await commitOf(ask, candidate ?? 'HEAD')
  const other = await commitOf(ask, baseline)
  const base = await ask('merge-base', tip, other)
  if (base.failure !== null)
    throw new ArmsError(
      `${baseline} and ${candidate ?? 'HEAD'} have no commit in common. Name a branch, tag or commit of the same history with --baseline.`,
    )
  const found = base.output.trim().split('\n')[0]!
  return { baseline: found, isNamed: found === other, candidate: tip }
}

type Ask = (...args: string[]) => ReturnType<typeof git>

async function commitOf(ask: Ask, name: string): Promise<string> {
  for (const each of [name, `origin/${name}`]) {
    const found = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${each}^{commit}`)
    if (found.failure === null) return found.output.trim()
  }
  if (name === 'HEAD') throw new ArmsError('the repository has no commit yet: nothing to compare. Commit first.')
  const refs = await ask(
    'for-each-ref',
    '--format=%(refname:short)',
    '--sort=-committerdate',
    'refs/heads',
    'refs/remotes',
    'refs/tags',
  )
  const known = refs.output.trim().split('\n').filter(Boolean).slice(0, CLOSE_NAMES)
  const list = known.length === 0 ? '' : `; it knows, newest first: ${known.join(', ')}`
  throw new ArmsError(
    `git knows no commit ${JSON.stringify(name)}${list}. Name a branch, tag or commit, or fetch it first.`,
  )
}
