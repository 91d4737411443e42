import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { ResultsError, writeError } from './error.ts'

const SQLITE_BUSY = 5
const POLL_MS = 15

/** Locks of this process: a database that nothing refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>()

/**
 * Takes the lock, or returns null when another holds it. The returned function gives it back.
 *
 * The lock is SQLite's own on an empty file: the kernel drops it the moment its holder dies, however it dies, and keeps it for
 * a holder that is merely stopped or stuck in a slow fsync. Locks that go stale by age (proper-lockfile) hand such a holder's
 * lock to the next process, and two that find one stale can both take it. The empty file stays: removing it would let two
 * processes lock two files of one name.
 */
export function tryLock(lockFile: string): (() => void) | null {
  let database: DatabaseSync | null = null
  try {
    mkdirSync(dirname(lockFile), { recursive: true })
    database = new DatabaseSync(lockFile, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null
    throw writeError(lockFile, error)
  }
  return keep(database)
}

function keep(database: DatabaseSync): () => void {
  held.add(database)
  return () => {
    held.delete(database)
    database.close()
  }
}

/** Does `work` while holding the lock. Throws `locked` when another process held it for `waitMs`. */
export async function withLock<T>(lockFile: string, waitMs: number, work: () => T): Promise<Awaited<T>> {
  const deadline = performance.now() + waitMs
  let release = tryLock(lockFile)
  while (release === null) {
    if (performance.now() > deadline) {
      throw new ResultsError(
        'locked',
        `${lockFile} has been held by another process for ${waitMs} ms. Wait for it, or end it (on Linux \`fuser ${lockFile}\` names it).`,
      )
    }
    // Uneven waits, so that processes that collided once do not go on colliding.
    await sleep(POLL_MS * (0.5 + Math.random()))
    release = tryLock(lockFile)
  }
  try {
    return await work()
  } finally {
    release()
  }
}
