import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { addWorkTree, removeWorkTree } from '../../src/environment/workTree.ts'
import { keepBuild, restoreBuild } from '../../src/experiment/arms/buildCache.ts'
import { findCommits } from '../../src/experiment/arms/commits.ts'
import { holdPlace } from '../../src/experiment/arms/place.ts'
import { takeSnapshot } from '../../src/experiment/arms/snapshot.ts'
import { tryLock } from '../../src/results/lock.ts'
import { makeRepository, type Repository } from '../fixtures/repository.ts'

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'hl7bench-arms-')))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  process.env.XDG_CACHE_HOME = join(made, 'cache')
  return made
}

/** `main` with two commits, and `feature` with one more from the first. */
function forked(): Repository & { readonly base: string; readonly tip: string } {
  const repository = makeRepository(join(folder(), 'repository'))
  repository.write('a.txt', 'one')
  const base = repository.commit('one')
  repository.git('checkout', '--quiet', '-b', 'feature')
  repository.write('a.txt', 'two')
  const tip = repository.commit('two')
  repository.git('checkout', '--quiet', 'main')
  repository.write('b.txt', 'main goes on')
  repository.commit('three')
  repository.git('checkout', '--quiet', 'feature')
  return { ...repository, base, tip }
}

const asked = (repository: Repository, baseline: string, candidate: string | null = null) =>
  findCommits({ workTree: repository.folder, baseline, candidate, env: process.env })

test('the baseline is where the candidate left the branch, not where the branch is now', async () => {
  const repository = forked()
  expect(await asked(repository, 'main')).toEqual({
    baseline: repository.base,
    isNamed: false,
    candidate: repository.tip,
  })
  expect(await asked(repository, 'HEAD~1')).toMatchObject({ baseline: repository.base, isNamed: true })
  expect(await asked(repository, repository.base.slice(0, 8), 'main')).toMatchObject({ baseline: repository.base })
})

test('a name that git does not know is refused with those that it knows', async () => {
  const repository = forked()
  await expect(asked(repository, 'mian')).rejects.toThrow(/git knows no commit "mian"; it knows, newest first: .*main/)
})

test('a shallow clone is refused with the remedy', async () => {
  const repository = forked()
  const clone = join(repository.folder, '..', 'shallow')
  repository.git('clone', '--quiet', '--depth', '1', `file://${repository.folder}`, clone)
  await expect(findCommits({ workTree: clone, baseline: 'main', candidate: null, env: process.env })).rejects.toThrow(
    /is a shallow clone.*git fetch --unshallow.*fetch-depth: 0/,
  )
})

test('histories without a common commit, and a repository without any, are refused', async () => {
  const repository = forked()
  repository.git('checkout', '--quiet', '--orphan', 'other')
  repository.commit('alone')
  await expect(asked(repository, 'main')).rejects.toThrow(/have no commit in common/)
  const empty = makeRepository(join(folder(), 'empty'))
  await expect(asked(empty, 'HEAD')).rejects.toThrow(/no commit yet.*Commit first/)
})

test('a snapshot holds uncommitted and new files, neither ignored ones nor the results, and touches nothing', async () => {
  const repository = forked()
  repository.write('.gitignore', 'ignored.txt\n')
  repository.commit('ignore')
  repository.write('a.txt', 'six')
  repository.write('new.txt', 'new')
  repository.write('ignored.txt', 'ignored')
  repository.write('rows.csv', 'rows')
  repository.git('add', 'new.txt')
  const before = repository.git('status', '--porcelain')
  const options = { workTree: repository.folder, env: process.env, leftOut: ['rows.csv'] }
  const snapshot = await takeSnapshot(options)
  expect(repository.git('show', `${snapshot}:a.txt`)).toBe('six')
  expect(repository.git('ls-tree', '--name-only', snapshot!).split('\n')).toEqual(['.gitignore', 'a.txt', 'new.txt'])
  expect(repository.git('status', '--porcelain')).toBe(before)
  expect(await takeSnapshot(options)).toBe(snapshot)
  expect(repository.git('rev-parse', `${snapshot}^`)).toBe(repository.git('rev-parse', 'HEAD'))
})

test('a clean tree needs no snapshot, even when results lie in it', async () => {
  const repository = forked()
  repository.write('rows.csv', 'rows')
  expect(
    await takeSnapshot({ workTree: repository.folder, env: process.env, leftOut: ['rows.csv', 'experiments'] }),
  ).toBeNull()
})

test('places of all commits are equally long, the same for the same commit, and never shared', async () => {
  folder()
  const first = await holdPlace('/repository', 'a'.repeat(40))
  const other = await holdPlace('/repository', 'b'.repeat(40))
  const again = await holdPlace('/repository', 'a'.repeat(40))
  expect(other.folder).toHaveLength(first.folder.length)
  expect(again.folder).toHaveLength(first.folder.length)
  expect(again.folder).not.toBe(first.folder)
  first.release()
  const freed = await holdPlace('/repository', 'a'.repeat(40))
  expect(freed.folder).toBe(first.folder)
  for (const held of [other, again, freed]) held.release()
})

test('a place that is released leaves no file, except while another looks through the places; then the next does it', async () => {
  folder()
  const locks = (place: string) => readdirSync(dirname(place)).filter(name => /-\d\.lock$/.test(name))
  const held = await holdPlace('/repository', 'a'.repeat(40))
  expect(locks(held.folder)).toEqual(['aaaaaaaaaaaa-0.lock'])
  const release = tryLock(join(dirname(held.folder), 'places.lock'))!
  held.release()
  expect(locks(held.folder)).toEqual(['aaaaaaaaaaaa-0.lock'])
  release()
  const next = await holdPlace('/repository', 'a'.repeat(40))
  expect(next.folder).toBe(held.folder)
  next.release()
  expect(readdirSync(dirname(held.folder))).toEqual(['places.lock'])
})

test('what a build made comes back to a fresh work tree of the same commit, place and command, and to no other', async () => {
  const repository = forked()
  const held = await holdPlace(repository.folder, repository.tip)
  const place = { repository: repository.folder, folder: held.folder }
  const key = { commit: repository.tip, command: 'make', folder: held.folder }
  await addWorkTree(place, repository.tip)
  expect(restoreBuild(key)).toBe(false)
  makeRepositoryFile(held.folder, 'dist/built.txt')
  await keepBuild(key)
  expect(await removeWorkTree(place)).toBeNull()
  expect(existsSync(held.folder)).toBe(false)
  await addWorkTree(place, repository.tip)
  expect(restoreBuild({ ...key, command: 'make fast' })).toBe(false)
  expect(restoreBuild(key)).toBe(true)
  expect(existsSync(join(held.folder, 'dist', 'built.txt'))).toBe(true)
  await removeWorkTree(place)
  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1)
  held.release()
})

test('hooks of the repository do not run in a work tree', async () => {
  const repository = forked()
  const mark = join(repository.folder, '..', 'hooked')
  makeRepositoryFile(repository.folder, '.git/hooks/post-checkout', `#!/bin/sh\ntouch '${mark}'\n`)
  const place = { repository: repository.folder, folder: join(repository.folder, '..', 'tree') }
  await addWorkTree(place, repository.tip)
  await removeWorkTree(place)
  expect(existsSync(mark)).toBe(false)
})

function makeRepositoryFile(top: string, name: string, content = 'built'): void {
  const file = join(top, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content, { mode: 0o755 })
}
