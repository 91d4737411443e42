import { execa } from 'execa'

export type Env = Readonly<Record<string, string | undefined>>

export interface GitAnswer {
  readonly output: string
  /** What git said when it failed, or `no git`; null when it did not. */
  readonly failure: string | null
}

/** Variables by which a caller such as a git hook would point git at another repository. */
const REPOSITORY_VARIABLES = new Set(
  'GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX GIT_NAMESPACE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES'.split(
    ' ',
  ),
)

/**
 * Runs git in a folder, whatever repository the caller's environment points at, and runs no program that the repository names: neither
 * file system monitor nor hooks. @param own variables for this command
 */
export async function git(
  folder: string,
  env: Env,
  args: readonly string[],
  own: Readonly<Record<string, string>> = {},
): Promise<GitAnswer> {
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !REPOSITORY_VARIABLES.has(name)))
  const result = await execa(
    'git',
    ['-C', folder, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args],
    {
      env: { ...inherited, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', ...own },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 1_000_000_000,
    },
  )
  if (!result.failed) return { output: result.stdout, failure: null }
  const cause: unknown = result.cause
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  return { output: '', failure: isMissing ? 'no git' : result.stderr.trim() || (result.shortMessage ?? 'git failed') }
}
