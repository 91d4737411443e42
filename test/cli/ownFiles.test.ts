import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ANY_MACHINE, experimentFolders, hl7bench, rowsOf, type Workplace } from '../fixtures/commandLine.ts'
import { makeRepository, type Repository, SERVER } from '../fixtures/repository.ts'
import { cells, place, write } from './support.ts'

/** Work tree with a scenario of a few hundred milliseconds for each run, in which the commands are given. */
function project(): { repository: Repository; here: Workplace } {
  const outside = place()
  const repository = makeRepository(join(outside.folder, 'project'))
  const { folder } = repository
  const here = { ...outside, folder, results: join(folder, 'results', 'benchmark-data.csv') }
  repository.write('server.mjs', SERVER)
  repository.write('delay.txt', '1')
  write(here, 's.json', {
    name: 'inside',
    sut: { start: 'node server.mjs' },
    load: [{ protocol: 'mllp', feeds: 1, timeoutMs: 500, workload: { kind: 'open', ratePerSecond: 50 } }],
    phases: { warmupMs: 50, measureMs: 250, drainMs: 500 },
    slo: { 'mllp.response.p99': '< 250 ms' },
    validity: ANY_MACHINE,
    runs: 10,
  })
  repository.commit('server')
  return { repository, here }
}

const EXPORTS = ['--export-json', 'rep.json', '--export-html', 'rep.html', '--export-markdown', 'rep.md']
const OUT = ['--out', 'ndjson=events.ndjson']

test.each([
  ['run', ['--runs', '2', '--export-junit', 'rep.xml', '--max-duration', '301ms']],
  ['capacity', ['--trial', '1s', '--clones', '1', '--max-duration', '1500ms']],
  ['compare', ['--baseline', 'main', '--export-junit', 'rep.xml', '--max-duration', '1s']],
])(
  'what %s exports into the work tree makes neither it dirty nor its own resume refuse',
  async (command, flags) => {
    const { here } = project()
    const ended = await hl7bench(here, [command, 's.json', ...flags, ...EXPORTS, ...OUT, '-q'])
    for (const file of ['rep.json', 'rep.html', 'rep.md', 'events.ndjson'])
      expect(existsSync(join(here.folder, file)), ended.stderr).toBe(true)
    const resumed = await hl7bench(here, ['resume', experimentFolders(here)[0]!, '-q', '--max-duration', '2s'])
    expect(resumed.stderr).not.toContain('cannot resume')
    expect(resumed.code).not.toBe(104)
    expect(rowsOf(here).length).toBeGreaterThanOrEqual(2)
    for (const row of cells(here.results)) expect(row['Git Commit']).not.toMatch(/-dirty$/)
  },
  60_000,
)

test('a resume that is refused names the files that changed, and those that are whole again', async () => {
  const { repository, here } = project()
  repository.write('delay.txt', '2')
  await hl7bench(here, ['run', 's.json', '--runs', '2', '--max-duration', '301ms', '-q'])
  repository.git('checkout', '--quiet', 'delay.txt')
  repository.write('notes.txt', 'mine')
  const resumed = await hl7bench(here, ['resume', experimentFolders(here)[0]!])
  expect(resumed.code).toBe(104)
  expect(resumed.stderr).toContain(
    'cannot resume: the uncommitted changes of the work tree (delay.txt, notes.txt) changed since; put it back',
  )
}, 30_000)

test('the report of the comparison before is no part of the candidate, that of another command is', async () => {
  const { repository, here } = project()
  repository.write('rep.json', '{}')
  const told = async (...flags: string[]) =>
    (await hl7bench(here, ['compare', 's.json', '--baseline', 'main', '--dry-run', ...flags])).stdout
  expect(await told('--export-json', 'rep.json')).toMatch(/candidate: main at [0-9a-f]{40}\n/)
  expect(await told('--export-json', 'other.json')).toMatch(/candidate: main at [0-9a-f]{40}-dirty\n/)
}, 30_000)
