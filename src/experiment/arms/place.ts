import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { tryLock } from '../../results/lock.ts'

/** A folder for a work tree that nobody else uses meanwhile. */
export interface HeldPlace {
  readonly folder: string
  release(): void
}

const DIGITS = 12

/**
 * `$XDG_CACHE_HOME/hl7bench`, else `~/.cache/hl7bench`: work trees while they are used, and what was built in them. A relative
 * XDG_CACHE_HOME is ignored (XDG Base Directory Specification 0.8).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.XDG_CACHE_HOME
  return join(home !== undefined && isAbsolute(home) ? home : join(homedir(), '.cache'), 'hl7bench')
}

/**
 * Where a commit is checked out: always the same path for the same commit, so that what was built there once runs there again, and as long as
 * that of any other, since the length of paths alone can move a measurement (Mytkowicz et al., ASPLOS 2009). A path that is in use gives
 * way to one with another last digit.
 */
export function holdPlace(repository: string, commit: string): HeldPlace {
  const folder = join(cacheFolder(), 'arms', createHash('sha256').update(repository).digest('hex').slice(0, DIGITS))
  mkdirSync(folder, { recursive: true })
  for (let slot = 0; ; slot = (slot + 1) % 10) {
    const path = join(folder, `${commit.slice(0, DIGITS)}-${slot}`)
    const release = tryLock(`${path}.lock`)
    if (release !== null) return { folder: path, release }
    if (slot === 9) throw new Error(`ten comparisons of commit ${commit} are running; wait for one to end`)
  }
}
