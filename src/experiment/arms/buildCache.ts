import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../cacheFolder.ts'
import { git } from '../../gitCommand.ts'

/** Builds that are kept, the newest. */
const MOST_KEPT = 10

/** What was built: the place is part of it, since builds may remember where they were made. */
export interface BuildKey {
  readonly commit: string
  readonly command: string
  readonly folder: string
}

const folderOf = ({ commit, command, folder }: BuildKey): string => {
  const facts = [commit, command, folder, process.platform, process.arch].join('\0')
  return join(cacheFolder(), 'builds', createHash('sha256').update(facts).digest('hex').slice(0, 16))
}

/** Puts what an earlier build made into a fresh work tree; false when there is none. */
export function restoreBuild(key: BuildKey): boolean {
  const kept = folderOf(key)
  if (!existsSync(kept)) return false
  cpSync(kept, key.folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  // The least recently used go first.
  utimesSync(kept, new Date(), new Date())
  return true
}

/** Keeps what a build made: everything in the work tree that git does not track. */
export async function keepBuild(key: BuildKey): Promise<void> {
  const { output } = await git(key.folder, process.env, ['ls-files', '--others', '--directory', '-z'])
  const kept = folderOf(key)
  const draft = `${kept}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    for (const path of output.split('\0').filter(Boolean)) {
      const to = join(draft, path)
      mkdirSync(dirname(to), { recursive: true })
      cpSync(join(key.folder, path), to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    }
    rmSync(kept, { recursive: true, force: true })
    renameSync(draft, kept)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  forgetOldest(dirname(kept))
}

function forgetOldest(folder: string): void {
  const builds = readdirSync(folder).map(name => ({
    path: join(folder, name),
    usedMs: statSync(join(folder, name)).mtimeMs,
  }))
  builds.sort((a, b) => b.usedMs - a.usedMs)
  for (const { path } of builds.slice(MOST_KEPT)) rmSync(path, { recursive: true, force: true })
}
