import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ANY_MACHINE, experimentFolders, hl7bench, rowsOf, type Workplace } from '../fixtures/commandLine.ts'
import { makeRepository, type Repository, SERVER } from '../fixtures/repository.ts'
import { cells, place, settled, start, survivors, write } from './support.ts'

const RUNS = 12

/** A repository whose SUT answers after 4 ms, and a scenario in it that takes a few seconds to compare. */
function project(here: Workplace, changes: object = {}): { repository: Repository; file: string; here: Workplace } {
  const repository = makeRepository(join(here.folder, 'project'))
  const inside = {
    ...here,
    folder: repository.folder,
    results: join(repository.folder, 'results', 'benchmark-data.csv'),
  }
  repository.write('server.mjs', SERVER)
  repository.write('delay.txt', '4')
  repository.write('.gitignore', 'built\n')
  repository.write('package.json', '{"version":"1.2.3"}')
  const file = write(inside, 'bench.json', {
    name: 'answers',
    sut: { start: 'node server.mjs', build: 'echo built in $PWD; touch built' },
    load: [{ protocol: 'mllp', feeds: 4, timeoutMs: 500, workload: { kind: 'closed' } }],
    phases: { warmupMs: 20, measureMs: 120, drainMs: 500 },
    validity: ANY_MACHINE,
    runs: RUNS,
    ...changes,
  })
  repository.commit('answers after 4 ms')
  repository.git('checkout', '--quiet', '-b', 'feature')
  return { repository, file, here: inside }
}

const workTrees = ({ git }: Repository) => git('worktree', 'list').split('\n').length

test('a slower candidate, not even committed, is found and confirmed on fresh pairs: 111; its rows name both commits', async () => {
  const { repository, file, here } = project(place(), { slo: { 'mllp.response.p50': '< 1 ms' } })
  repository.write('delay.txt', '8')
  const ended = await hl7bench(here, [
    'compare',
    file,
    '--baseline',
    'main',
    '--quiet',
    '--no-slo',
    '--export-markdown',
    'comment.md',
  ])
  expect(ended.code, ended.stderr).toBe(111)
  expect(ended.stdout).toMatch(/^hl7bench: answers: feature@[0-9a-f]{7}-dirty is slower than main@[0-9a-f]{7}:/)
  expect(ended.stdout).toMatch(/mllp\.response\.p50 .* SLOWER/)
  expect(ended.stdout).toContain('exit 111: the candidate is slower')
  expect(ended.stdout).not.toContain('< 1 ms')
  for (const line of ended.stdout.split('\n'))
    if (!/\/|hl7bench report/.test(line)) expect(line.length).toBeLessThanOrEqual(80)
  const rows = cells(here.results)
  // Pairs that do not count are replaced.
  expect(rows.length).toBeGreaterThanOrEqual(4 * RUNS)
  const base = repository.git('rev-parse', 'main')
  expect(new Set(rows.map(row => row['Git Commit']))).toEqual(new Set([base, `${base}-dirty`]))
  expect(new Set(rows.map(row => row['POM Version']))).toEqual(new Set(['1.2.3']))
  const data = rowsOf(here) as unknown as { arm: string; stage: number; block: number }[]
  expect(data.filter(({ arm, stage }) => arm === 'candidate' && stage === 2).length).toBeGreaterThanOrEqual(RUNS)
  expect(readFileSync(join(here.folder, 'comment.md'), 'utf8')).toMatch(
    /^<!-- hl7bench:answers -->\n❌ \*\*hl7bench: answers/,
  )
  expect(workTrees(repository)).toBe(1)
  const [folder] = experimentFolders(here)
  expect(existsSync(join(folder!, 'report.html'))).toBe(true)
  const again = await hl7bench(here, ['report', folder!])
  expect(again.stdout.split('\n')[0]).toBe(ended.stdout.split('\n')[0])
  const information = await hl7bench(here, [
    'compare',
    '--baseline-rows',
    `commit=${base},arm=baseline`,
    '--candidate-rows',
    'arm=candidate',
  ])
  expect(information.code, information.stderr).toBe(0)
  expect(information.stdout).toContain('mllp.response.p50')
}, 120_000)

test('the same code is not called slower, and what was built before is used again', async () => {
  const { repository, file, here } = project(place())
  const compare = ['compare', file, '--baseline', 'main', '--margin', '30%', '--min-effect', '25%']
  const first = await hl7bench(here, compare)
  expect(first.code, first.stdout).toBe(0)
  expect(first.stderr).toContain('there is no change to find')
  expect(first.stderr).toContain('baseline (main): building')
  const second = await hl7bench(here, compare)
  expect(second.code, second.stdout).toBe(0)
  expect(second.stderr).toContain('baseline (main): built before')
  expect(second.stderr).toContain('12 pairs take about')
  expect(workTrees(repository)).toBe(1)
}, 120_000)

test('--fail-on never lets a slower candidate pass, and JSON says it all the same', async () => {
  const { repository, file, here } = project(place())
  repository.write('delay.txt', '8')
  const ended = await hl7bench(here, ['compare', file, '--baseline', 'main', '--fail-on', 'never', '--json', '--quiet'])
  expect(ended.code, ended.stderr).toBe(0)
  const report = JSON.parse(ended.stdout) as { schema: string; verdict: string; stages: number }
  expect(report).toMatchObject({ schema: 'hl7bench.comparison/1', verdict: 'slower', stages: 2 })
}, 120_000)

test('--abort-on slo ends after the first run of the candidate that misses one', async () => {
  const { repository, file, here } = project(place(), { slo: { 'mllp.response.p50': '< 20 ms' } })
  repository.write('delay.txt', '40')
  const compare = ['compare', file, '--baseline', 'main', '--abort-on', 'slo', '--quiet', '--json']
  const ended = await hl7bench(here, compare)
  expect(ended.code, ended.stderr).toBe(113)
  const arms = (rowsOf(here) as unknown as { arm: string }[]).map(({ arm }) => arm)
  expect(arms.filter(arm => arm === 'candidate')).toHaveLength(1)
  expect(arms.length).toBeLessThanOrEqual(2)
}, 60_000)

test('in a GitHub workflow the verdict is an annotation and the table a step summary', async () => {
  const { file, here } = project(place())
  const summary = write(here, 'summary.md', '')
  const env = { ...here.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }
  const ended = await hl7bench({ ...here, env }, [
    'compare',
    file,
    '--baseline',
    'main',
    '--quiet',
    '--margin',
    '50%',
    '--min-effect',
    '40%',
    '--fail-on',
    'never',
  ])
  expect(ended.code, ended.stdout).toBe(0)
  expect(ended.stderr).toMatch(/^::notice title=hl7bench answers::hl7bench: answers:/m)
  expect(readFileSync(summary, 'utf8')).toContain('| mllp.response.p50 |')
}, 120_000)

test('two servers that run already are compared by their addresses', async () => {
  const here = place()
  const [first, second] = await Promise.all([1, 2].map(() => serve(here)))
  const flags = [
    '--connections',
    '4',
    '--duration',
    '120ms',
    '--warmup',
    '20ms',
    '--runs',
    '12',
    '--margin',
    '50%',
    '--min-effect',
    '40%',
    '--fail-on',
    'never',
  ]
  const limits = Object.entries(ANY_MACHINE).flatMap(([name, value]) => ['--set', `validity.${name}=${value}`])
  const ended = await hl7bench(here, [
    'compare',
    '--baseline',
    first!,
    '--candidate',
    second!,
    ...flags,
    ...limits,
    '--results',
    here.results,
  ])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain(`baseline ${first}, candidate ${second}`)
}, 120_000)

async function serve(here: Workplace): Promise<string> {
  const started = start(here, ['serve', 'mllp', '--port', '0'])
  const [address] = await started.printed(/mllp:\/\/[\d.]+:\d+/)
  return address
}

test('a build that fails ends with 100 and its last lines, and leaves no work tree', async () => {
  const { repository, file, here } = project(place(), {
    sut: { start: 'node server.mjs', build: 'echo compiling; echo missing header >&2; exit 3' },
  })
  const ended = await hl7bench(here, ['compare', file, '--baseline', 'main'])
  expect(ended.code).toBe(100)
  expect(ended.stderr).toMatch(/sut\.build .* ended with exit code 3[\s\S]*compiling[\s\S]*missing header/)
  expect(workTrees(repository)).toBe(1)
}, 60_000)

test('a baseline that is not where its branch is now is told as the merge base', async () => {
  const { repository, file, here } = project(place())
  const base = repository.git('rev-parse', 'main')
  repository.git('checkout', '--quiet', 'main')
  repository.write('other.txt', 'main goes on')
  repository.commit('main goes on')
  repository.git('checkout', '--quiet', 'feature')
  const ended = await hl7bench(here, ['compare', file, '--baseline', 'main', '--dry-run'])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain(`baseline: merge-base(main) at ${base}`)
}, 30_000)

test('a build that fails names its arm, in the error, the annotation, the comment, the step summary and JUnit', async () => {
  const build = 'test ! -e broken || { echo missing header >&2; exit 3; }'
  const { repository, file, here } = project(place(), { sut: { start: 'node server.mjs', build } })
  repository.write('broken', '')
  const summary = write(here, 'summary.md', '')
  const comment = write(here, 'comment.md', '<!-- hl7bench:answers -->\nof the comparison before')
  const env = { ...here.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }
  const exports = ['--export-markdown', comment, '--export-junit', 'junit.xml']
  const ended = await hl7bench({ ...here, env }, ['compare', file, '--baseline', 'main', ...exports])
  expect(ended.code, ended.stderr).toBe(100)
  const failed = 'candidate (feature): the build failed: sut.build (test ! -e broken'
  expect(ended.stderr).toContain(`hl7bench: ${failed}`)
  expect(ended.stderr).toMatch(
    /^::error title=hl7bench answers::.* was not compared with main@.*candidate \(feature\)/m,
  )
  const markdown = readFileSync(comment, 'utf8')
  expect(markdown).toMatch(/^<!-- hl7bench:answers -->\n.*was not compared with main@/)
  expect(markdown).toContain('Exit code 100: candidate (feature): the build failed')
  expect(markdown).not.toContain('of the comparison before')
  expect(readFileSync(summary, 'utf8')).toContain('was not compared with main@')
  const junit = readFileSync(join(here.folder, 'junit.xml'), 'utf8')
  expect(junit).toContain('tests="1" failures="1"')
  expect(junit).toContain(failed)
}, 60_000)

test('run builds in place, once before the first run', async () => {
  const { repository, file, here } = project(place(), { runs: 2 })
  const ended = await hl7bench(here, ['run', file, '--quiet'])
  expect(ended.code, ended.stderr).toBe(0)
  expect(existsSync(join(repository.folder, 'built'))).toBe(true)
  const [folder] = experimentFolders(here)
  expect(readFileSync(join(folder!, 'build.out.log'), 'utf8')).toBe(`built in ${repository.folder}\n`)
}, 60_000)

test('an interrupt ends with 105 and no work tree, and resume finishes the comparison', async () => {
  const { repository, file, here } = project(place())
  const started = start(here, ['compare', file, '--baseline', 'main', '--fail-on', 'never', '--min-effect', '95%'])
  await started.printed(/run 3\/24/)
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(105)
  expect(workTrees(repository)).toBe(1)
  expect(await settled(here)).toEqual([])
  const [folder] = experimentFolders(here)
  const resumed = await hl7bench(here, ['resume', folder!])
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
  // Pairs that do not count are replaced.
  expect(cells(here.results).length).toBeGreaterThanOrEqual(2 * RUNS)
  expect(resumed.stdout).toMatch(/12 of 1\d runs valid/)
  expect(workTrees(repository)).toBe(1)
}, 120_000)

/** Folders of the work trees that are there. */
const armsOf = (here: Workplace) =>
  readdirSync(join(here.env.XDG_CACHE_HOME!, 'hl7bench', 'arms'), { recursive: true }).filter(name =>
    /-\d$/.test(String(name)),
  )

test('a killed controller leaves no work trees: its guardian removes them', async () => {
  const { repository, file, here } = project(place())
  const started = start(here, ['compare', file, '--baseline', 'main'])
  await started.printed(/run 1\/24/)
  expect(workTrees(repository)).toBe(3)
  started.child.kill('SIGKILL')
  await started.ended
  expect(await settled(here)).toEqual([])
  expect(workTrees(repository)).toBe(1)
  expect(armsOf(here)).toEqual([])
  expect((await hl7bench(here, ['env', 'sweep'])).stdout).toContain('nothing to remove')
}, 60_000)

test('what a controller leaves of its work trees that was killed together with its guardian is swept', async () => {
  const { repository, file, here } = project(place())
  const started = start(here, ['compare', file, '--baseline', 'main'])
  await started.printed(/run 1\/24/)
  const guardian = survivors(here).find(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guardian'))
  started.child.kill('SIGKILL')
  process.kill(Number(guardian), 'SIGKILL')
  await started.ended
  const listed = await hl7bench(here, ['env', 'ls'])
  expect(listed.stdout).toContain('worktree')
  const swept = await hl7bench(here, ['env', 'sweep'])
  expect(swept.stdout).toContain('2 work trees')
  expect(await settled(here)).toEqual([])
  expect(workTrees(repository)).toBe(1)
  expect(armsOf(here)).toEqual([])
}, 60_000)

test.each([
  [['compare', 'FILE'], /compare with what\? .*--baseline main/],
  [
    ['compare', 'FILE', '--baseline', 'main', '--runs', '9'],
    /runs 9: a verdict needs 10 pairs.*give --runs 10 or more/,
  ],
  [['compare', 'FILE', '--baseline', 'main', '--runs', '9', '--dry-run'], /give --runs 10 or more/],
  [['compare', 'FILE', '--baseline', 'nowhere'], /git knows no commit "nowhere"/],
  [['compare', 'FILE', '--baseline', 'main', '--min-effect', '3'], /write a share such as 3% or 0\.03/],
  [['compare', '--baseline', 'mllp://127.0.0.1:1'], /second address is missing|no scenario and no address/],
  [['compare', '--baseline-rows', 'commit=a'], /--candidate-rows is missing/],
  [
    ['compare', '--baseline-rows', 'colour=a', '--candidate-rows', 'commit=b'],
    /expected conditions such as commit=abc/,
  ],
  [['compare', '--baseline-rows', 'commit=a', '--candidate-rows', 'commit=b'], /no valid row matches commit=a/],
])(
  '%j is bad input',
  async (args, message) => {
    const { file, here } = project(place())
    const ended = await hl7bench(
      here,
      args.map(arg => (arg === 'FILE' ? file : arg)),
    )
    expect(ended.code, ended.stderr).toBe(104)
    expect(ended.stderr).toMatch(message)
  },
  30_000,
)

test('a scenario that starts nothing of the repository is refused, and so is a folder outside any', async () => {
  const { file, here } = project(place(), { sut: {} })
  const builtin = await hl7bench(here, ['compare', file, '--baseline', 'main'])
  expect(builtin.code).toBe(104)
  expect(builtin.stderr).toMatch(/nothing of the repository would be measured.*sut\.start/)
  const outside = place()
  const alone = write(outside, 's.json', JSON.parse(readFileSync(project(place()).file, 'utf8')) as object)
  execFileSync('git', ['--version'])
  const ended = await hl7bench(outside, ['compare', alone, '--baseline', 'main'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toMatch(/is in no git repository.*sut\.repository/)
}, 60_000)
