import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Env, git } from '../gitCommand.ts'
import { ciBranch } from './ci-branch.ts'

export type { Env } from '../gitCommand.ts'

export interface GitState {
  /** Absolute, without symbolic links; null = no work tree that git would tell about. */
  readonly workTree: string | null
  readonly branch: string | null
  /** Full id, with `-dirty` when the tree was; null outside a repository and before the first commit. */
  readonly commit: string | null
  readonly dirty: boolean
  /** What differs from the commit: SHA-256 of the content of each file, null where it is deleted, by the path in the work tree. */
  readonly changes: Readonly<Record<string, string | null>>
  /** Why something is missing, with the remedy. */
  readonly warning: string | null
}

/**
 * Branch, commit and dirtiness of the work tree around `folder`. Untracked files count unless git ignores them;
 * files for which `isOwn` (absolute name) never do. Never throws for the state a repository is in.
 */
export async function readGit(folder: string, env: Env, isOwn: (file: string) => boolean): Promise<GitState> {
  const top = await git(folder, env, ['rev-parse', '--show-toplevel'])
  if (top.failure !== null) return untold(warningOf(folder, top.failure))
  const workTree = top.output.replace(/\r?\n$/, '')
  const status = await git(workTree, env, ['status', '--porcelain=v2', '-z', '--branch', '--untracked-files=all'])
  if (status.failure !== null) return { ...untold(warningOf(folder, status.failure)), workTree }

  const { head, oid, paths } = parseStatus(status.output)
  const changed = paths.filter(path => !isOwn(join(workTree, path)))
  const dirty = changed.length > 0
  return {
    workTree,
    branch: head === '(detached)' ? ciBranch(env) : head,
    commit: oid === '(initial)' ? null : `${oid}${dirty ? '-dirty' : ''}`,
    dirty,
    changes: Object.fromEntries(changed.map(path => [path, digestOf(join(workTree, path))])),
    warning: oid === '(initial)' ? `${workTree} has no commit yet: rows name none. Commit before measuring.` : null,
  }
}

const untold = (warning: string): GitState => ({
  workTree: null,
  branch: null,
  commit: null,
  dirty: false,
  changes: {},
  warning,
})

function warningOf(folder: string, failure: string): string {
  const blank = 'rows have neither branch nor commit.'
  if (failure === 'no git') return `git is not installed: ${blank} Install git.`
  if (failure.includes('not a git repository')) return `${folder} is in no git repository: ${blank}`
  if (failure.includes('dubious ownership')) {
    const top = /repository at '([^']+)'/.exec(failure)?.[1] ?? folder
    return `The repository ${top} belongs to another user, so that git refuses to read it: ${blank} Run \`git config --global --add safe.directory ${top}\` if you trust it.`
  }
  return `git cannot read ${folder}: ${blank} It says: ${failure}`
}

/** Reads `git status --porcelain=v2 -z --branch` (git-status(1), "Porcelain Format Version 2"). */
function parseStatus(output: string): { head: string; oid: string; paths: string[] } {
  const records = output.split('\0').filter(record => record !== '')
  const paths: string[] = []
  let head = '(detached)'
  let oid = '(initial)'
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!
    if (record.startsWith('# branch.oid ')) oid = record.slice(13)
    else if (record.startsWith('# branch.head ')) head = record.slice(14)
    else if (record.startsWith('? ')) paths.push(record.slice(2))
    else if (record.startsWith('1 ')) paths.push(afterFields(record, 8))
    else if (record.startsWith('u ')) paths.push(afterFields(record, 10))
    // A rename or copy: the path it comes from is a record of its own.
    else if (record.startsWith('2 ')) paths.push(afterFields(record, 9), records[++index]!)
  }
  return { head, oid, paths }
}

const afterFields = (record: string, fields: number): string => record.split(' ').slice(fields).join(' ')

function digestOf(file: string): string | null {
  const content = contentOf(file)
  return content === null ? null : createHash('sha256').update(content).digest('hex')
}

/** null = deleted. A submodule or nested repository is a folder: its content is its own repository's matter. */
function contentOf(file: string): Buffer | null {
  try {
    const stat = lstatSync(file)
    if (stat.isSymbolicLink()) return Buffer.from(readlinkSync(file))
    return stat.isFile() ? readFileSync(file) : Buffer.alloc(0)
  } catch {
    return null
  }
}
