import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hl7bench } from '../fixtures/commandLine.ts'
import { cells, filesBelow, place, small, write } from './support.ts'

/** A repository with one commit, which holds a scenario. */
function project() {
  const here = place()
  const folder = join(here.folder, 'project')
  mkdirSync(folder)
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
  git('init', '--quiet', '-b', 'trunk')
  const file = write(here, 'project/s.json', small({ runs: 1 }))
  git('add', '.')
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '--quiet', '-m', 'a scenario')
  return { here, file, git, rows: join(folder, 'results', 'benchmark-data.csv') }
}

test('rows name branch and commit, and rows just written do not make the tree dirty for the next experiment', async () => {
  const { here, file, git, rows } = project()
  for (let experiment = 0; experiment < 2; experiment++) {
    const ended = await hl7bench(here, ['run', file])
    expect(ended.code, ended.stderr).toBe(0)
  }
  const head = git('rev-parse', 'HEAD')
  const columns = cells(rows).map(row => [row['Git Branch Name'], row['Git Commit']])
  expect(columns).toEqual([
    ['trunk', head],
    ['trunk', head],
  ])
}, 60_000)

test('the commit carries -dirty when the tree was', async () => {
  const { here, file, git, rows } = project()
  write(here, 'project/engine.js', 'changed\n')
  const ended = await hl7bench(here, ['run', file])
  expect(ended.code, ended.stderr).toBe(0)
  expect(cells(rows)[0]!['Git Commit']).toBe(`${git('rev-parse', 'HEAD')}-dirty`)
})

test('with CI set rows go outside the work tree, and progress is plain lines without colours', async () => {
  const { here, file, rows } = project()
  const runner = join(here.folder, 'runner')
  mkdirSync(runner)
  const env = { ...here.env, CI: 'true', RUNNER_TEMP: runner, NO_COLOR: undefined, GITHUB_REF_NAME: undefined }
  const ended = await hl7bench({ ...here, env }, ['run', file])
  expect(ended.code, ended.stderr).toBe(0)
  expect(existsSync(rows)).toBe(false)
  const outside = filesBelow(runner).find(each => each.endsWith('benchmark-data.csv'))!
  expect(cells(outside)).toHaveLength(1)
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain(`rows ${outside}`)
  expect(ended.stderr).toMatch(/^valid {3}run 1\/1 block 1 small {2}measured/m)
  expect(ended.stdout + ended.stderr).not.toContain('\x1b')
})

test('an experiment outside any repository is measured, with a warning and blank git columns', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1 }))
  const ended = await hl7bench(here, ['run', file])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stderr).toMatch(/warning: .* is in no git repository/)
  const [row] = cells(here.results)
  expect([row!['Git Branch Name'], row!['Git Commit']]).toEqual(['', ''])
})
