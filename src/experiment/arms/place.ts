import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../cacheFolder.ts'
import { tryLock } from '../../results/lock.ts'

/** A folder for a work tree that nobody else uses meanwhile. */
export interface HeldPlace {
  readonly folder: string
  release(): void
}

const DIGITS = 12

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
