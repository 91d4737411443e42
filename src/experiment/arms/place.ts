import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../cacheFolder.ts'
import { tryLock, withLock } from '../../results/lock.ts'

/** A folder for a work tree that nobody else uses meanwhile. */
export interface HeldPlace {
  readonly folder: string
  release(): void
}

const DIGITS = 12

/** Places are looked through in milliseconds: who has to wait longer is told of the process that hangs. */
const WAIT_MS = 10_000

/**
 * Where a commit is checked out: always the same path for the same commit, so that what was built there once runs there again, and as long as
 * that of any other, since the length of paths alone can move a measurement (Mytkowicz et al., ASPLOS 2009). A path that is in use gives
 * way to one with another last digit.
 *
 * The lock of a place goes with its release. Nobody opens or removes one without holding the lock of all places of the repository, which stays:
 * two processes would else lock two files of one name.
 */
export async function holdPlace(repository: string, commit: string): Promise<HeldPlace> {
  const folder = join(cacheFolder(), 'arms', createHash('sha256').update(repository).digest('hex').slice(0, DIGITS))
  const guard = join(folder, 'places.lock')
  return await withLock(guard, WAIT_MS, () => {
    for (let slot = 0; slot < 10; slot++) {
      const path = join(folder, `${commit.slice(0, DIGITS)}-${slot}`)
      const unlock = tryLock(`${path}.lock`)
      if (unlock !== null) return { folder: path, release: () => releasePlace(`${path}.lock`, unlock, guard) }
    }
    throw new Error(`ten comparisons of commit ${commit} are running; wait for one to end`)
  })
}

/** Does not wait: where another looks through the places at that moment, the empty file stays for the next who holds this one. */
function releasePlace(lockFile: string, unlock: () => void, guard: string): void {
  const release = tryLock(guard)
  unlock()
  if (release === null) return
  rmSync(lockFile, { force: true })
  release()
}
