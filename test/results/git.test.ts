import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { ciBranch } from '../../src/results/ci-branch.ts'
import { readGit } from '../../src/results/git.ts'
import { isOwnFile } from '../../src/results/location.ts'
import { readProvenance } from '../../src/results/provenance.ts'
import { temporaryFolder } from './folder.ts'

const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CEILING_DIRECTORIES: '/tmp' }

const git = (folder: string, ...args: string[]) =>
  execa('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
    env,
    extendEnv: false,
  })

async function repository(): Promise<{
  folder: string
  commit: string
  read: (extra?: Record<string, string>) => ReturnType<typeof readGit>
}> {
  const folder = temporaryFolder()
  await git(folder, 'init', '-q', '-b', 'feature/x')
  writeFileSync(join(folder, 'a b.txt'), 'one')
  writeFileSync(join(folder, '.gitignore'), 'ignored\n')
  await git(folder, 'add', '.')
  await git(folder, 'commit', '-qm', 'first')
  const commit = (await git(folder, 'rev-parse', 'HEAD')).stdout
  const results = join(folder, 'results', 'benchmark-data.csv')
  return {
    folder,
    commit,
    read: (extra = {}) => readGit(folder, { ...env, ...extra }, file => isOwnFile(results, file)),
  }
}

test('a clean tree has its branch and commit', async () => {
  const { folder, commit, read } = await repository()
  expect(await read()).toEqual({
    workTree: folder,
    branch: 'feature/x',
    commit,
    dirty: false,
    changes: {},
    warning: null,
  })
})

test('results, torn lines, experiments and ignored files leave the tree clean', async () => {
  const { folder, commit, read } = await repository()
  mkdirSync(join(folder, 'results', 'experiments', 'e'), { recursive: true })
  for (const file of [
    'ignored',
    'results/benchmark-data.csv',
    'results/benchmark-data.csv.torn-1',
    'results/experiments/e/x',
  ])
    writeFileSync(join(folder, file), '')
  expect(await read()).toMatchObject({ commit, dirty: false })
})

test.each([
  ['changed', 'a b.txt'],
  ['untracked', 'new file'],
])('a %s file makes the tree dirty, and its content tells the changes apart', async (_, name) => {
  const { folder, commit, read } = await repository()
  writeFileSync(join(folder, name), 'two')
  const first = await read()
  expect(first).toMatchObject({ commit: `${commit}-dirty`, dirty: true })
  writeFileSync(join(folder, name), 'three')
  const second = await read()
  expect(Object.keys(second.changes)).toEqual([name])
  expect(second.changes).not.toEqual(first.changes)
})

test('a deleted file is a change without content', async () => {
  const { folder, read } = await repository()
  rmSync(join(folder, 'a b.txt'))
  expect((await read()).changes).toEqual({ 'a b.txt': null })
})

test('a file renamed to the results file makes the tree dirty', async () => {
  const { folder, read } = await repository()
  mkdirSync(join(folder, 'results'))
  await git(folder, 'mv', 'a b.txt', 'results/benchmark-data.csv')
  expect((await read()).dirty).toBe(true)
})

test('a detached head has the branch that the build server names, else none', async () => {
  const { folder, commit, read } = await repository()
  await git(folder, 'checkout', '-q', '--detach')
  expect(await read()).toMatchObject({ branch: null, commit })
  expect(await read({ GITHUB_REF_NAME: 'main' })).toMatchObject({ branch: 'main', commit })
})

test('a shallow clone is a repository like any other', async () => {
  const { folder, commit } = await repository()
  const clone = join(temporaryFolder(), 'clone')
  await git(folder, 'clone', '-q', '--depth', '1', `file://${folder}`, clone)
  expect(await readGit(clone, env, () => false)).toMatchObject({ branch: 'feature/x', commit, warning: null })
})

test('a repository without commits names its branch and says what is missing', async () => {
  const folder = temporaryFolder()
  await git(folder, 'init', '-q', '-b', 'main')
  expect(await readGit(folder, env, () => false)).toMatchObject({
    branch: 'main',
    commit: null,
    warning: expect.stringContaining('no commit yet'),
  })
})

test.each([
  ['no repository', env, 'in no git repository'],
  ['no git', { ...env, PATH: '/nonexistent' }, 'not installed'],
])('%s leaves blanks and a warning', async (_, variables, warning) => {
  expect(await readGit(temporaryFolder(), variables, () => false)).toMatchObject({
    workTree: null,
    branch: null,
    commit: null,
    dirty: false,
    warning: expect.stringContaining(warning),
  })
})

test("a repository of another user's leaves blanks and the remedy", async () => {
  const { read } = await repository()
  // Git's own switch to test this without a second user.
  expect(await read({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })).toMatchObject({
    commit: null,
    warning: expect.stringContaining('safe.directory'),
  })
})

test('the variables of a git hook do not lead to another repository', async () => {
  const { folder, read } = await repository()
  const other = await repository()
  expect(await read({ GIT_DIR: join(other.folder, '.git'), GIT_WORK_TREE: other.folder })).toMatchObject({
    workTree: folder,
  })
})

describe('branch named by a build server', () => {
  test.each([
    [{ GITHUB_HEAD_REF: 'fix/a', GITHUB_REF_NAME: '5/merge' }, 'fix/a'],
    [{ GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'main' }, 'main'],
    [{ GITHUB_REF_NAME: 'v1', GITHUB_REF_TYPE: 'tag' }, null],
    [{ CI_COMMIT_REF_NAME: 'dev' }, 'dev'],
    [{ CI_COMMIT_REF_NAME: 'v1', CI_COMMIT_TAG: 'v1' }, null],
    [{ GIT_BRANCH: 'origin/a/b' }, 'a/b'],
    [{ BUILD_SOURCEBRANCH: 'refs/heads/a/b', BUILD_SOURCEBRANCHNAME: 'b' }, 'a/b'],
    [{ CIRCLE_BRANCH: 'c' }, 'c'],
    [{ BITBUCKET_BRANCH: 'd' }, 'd'],
    [{ DRONE_BRANCH: 'e' }, 'e'],
    [{ BUILDKITE_BRANCH: 'f' }, 'f'],
    [{}, null],
  ])('%j is %s', (variables, branch) => expect(ciBranch(variables)).toBe(branch))
})

test('provenance joins git, version, host and hl7bench itself', async () => {
  const { folder, commit } = await repository()
  mkdirSync(join(folder, 'module'))
  writeFileSync(join(folder, 'pom.xml'), '<project><version>4.5</version></project>')
  const source = {
    repository: join(folder, 'module'),
    version: null,
    resultsFile: join(folder, 'r.csv'),
    outputs: [],
    env,
  }
  const { provenance, warnings } = await readProvenance(source)
  expect(provenance).toMatchObject({
    branch: 'feature/x',
    commit: `${commit}-dirty`,
    dirty: true,
    version: '4.5',
    harness: { version: expect.stringMatching(/^\d/) },
  })
  expect(provenance.host.cores).toBeGreaterThan(0)
  expect(warnings).toEqual([])
  expect((await readProvenance({ ...source, version: '9' })).provenance.version).toBe('9')
})

test('reports that an invocation exports leave the tree clean, those of another do not', async () => {
  const { folder, commit } = await repository()
  const [own, other] = [join(folder, 'report.json'), join(folder, 'other.json')]
  writeFileSync(own, '{}')
  const read = () =>
    readProvenance({ repository: folder, version: null, resultsFile: join(folder, 'r.csv'), outputs: [own], env })
  expect((await read()).provenance).toMatchObject({ commit, dirty: false })
  writeFileSync(other, '{}')
  const { provenance, git } = await read()
  expect(provenance.commit).toBe(`${commit}-dirty`)
  expect(Object.keys(git.changes)).toEqual(['other.json'])
})
