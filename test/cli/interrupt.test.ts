import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { experimentFolders, hl7bench, journalOf, rowsOf } from '../fixtures/commandLine.ts'
import { openMllpPeer } from '../fixtures/mllpPeer.ts'
import { cells, place, settled, small, start, write } from './support.ts'

/** Just longer than the phases of one run: the first run ends after it. */
const ONE_RUN = ['--max-duration', '301ms']

/** Each planned run once, in the file as in the plan. */
const executions = (results: string) => cells(results).map(row => Number(row['Test Case Execution Number']))

test('SIGINT stops in good order with 105: finished runs are kept, nothing is left running, and resume does the rest', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 3, phases: { warmupMs: 50, measureMs: 3_000, drainMs: 500 } }))
  const started = start(here, ['run', file, '--results', here.results])
  await started.printed(/valid {3}run 1\/3/)
  const meanwhile = await hl7bench(here, ['resume', experimentFolders(here)[0]!])
  expect(meanwhile.code, meanwhile.stderr).toBe(104)
  expect(meanwhile.stderr).toContain('another process runs this experiment')
  started.child.kill('SIGINT')
  const ended = await started.ended
  expect(ended.code, ended.stderr).toBe(105)
  expect(ended.stderr).toContain('interrupted: stopping in good order; interrupt again to stop at once')
  expect(ended.stdout).toContain('exit 105: interrupted; what had finished is kept')
  const [folder] = experimentFolders(here)
  expect(ended.stdout).toContain(`next    npx hl7bench resume ${folder!.split('/').at(-1)}\n`)
  expect(await settled(here)).toEqual([])
  const kept = rowsOf(here).length
  expect(kept).toBeGreaterThanOrEqual(1)
  expect(kept).toBeLessThan(3)
  const resumed = await hl7bench(here, ['resume', folder!])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(executions(here.results)).toEqual([1, 2, 3])
  expect(resumed.stdout).toContain('3 of 3 runs valid')
}, 120_000)

test('after SIGINT the cleanup of the run at hand is done all the same', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1, phases: { warmupMs: 50, measureMs: 20_000, drainMs: 500 } }))
  const mark = join(here.folder, 'cleaned')
  const started = start(here, ['run', file, '--results', here.results, '--cleanup', `touch '${mark}'`])
  for (let waitedMs = 0; waitedMs < 20_000 && !isStarted(here); waitedMs += 20) await pause()
  await new Promise(resolve => setTimeout(resolve, 1_500))
  expect(existsSync(mark)).toBe(false)
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(105)
  expect(existsSync(mark)).toBe(true)
}, 60_000)

test('a second SIGINT ends at once, still with 105, and nothing is left running', async () => {
  const here = place()
  const stubborn = `trap '' TERM; exec sleep 30`
  const file = write(here, 's.json', small({ runs: 1, sut: { start: stubborn } }))
  const started = start(here, ['run', file, '--results', here.results])
  for (let waitedMs = 0; waitedMs < 20_000 && !isStarted(here); waitedMs += 20) await pause()
  started.child.kill('SIGINT')
  await started.printed(/interrupted/)
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(105)
  expect(await settled(here)).toEqual([])
}, 60_000)

const pause = () => new Promise(resolve => setTimeout(resolve, 20))
const isStarted = (here: ReturnType<typeof place>) =>
  experimentFolders(here).some(folder => journalOf(folder).some(({ type }) => type === 'started'))

test('--max-duration ends in good order and says how to resume, and each planned run is in the rows exactly once', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 3 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...ONE_RUN])
  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stdout).toContain('2 not run')
  expect(executions(here.results)).toEqual([1])
  const [, id] = /next +npx hl7bench resume (\S+)/.exec(ended.stdout)!
  for (const [done, limit] of [
    [2, ONE_RUN],
    [3, []],
  ] as const) {
    const resumed = await hl7bench(here, ['resume', id!, '--json', '--quiet', ...limit])
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(JSON.parse(resumed.stdout).cases[0].validity.valid).toBe(done)
  }
  expect(executions(here.results)).toEqual([1, 2, 3])
}, 60_000)

test('resume finds an experiment by its id beside the results file that is named', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 2 }))
  const elsewhere = { ...here, results: join(here.folder, 'results', 'deep', 'rows.csv') }
  const ended = await hl7bench(here, ['run', file, '--results', elsewhere.results, ...ONE_RUN, '--json'])
  const { id, files, commands } = JSON.parse(ended.stdout)
  expect(commands.next).toBe(`npx hl7bench resume ${files.folder}`)
  const unknown = await hl7bench(here, ['resume', id])
  expect(unknown.code).toBe(104)
  expect(unknown.stderr).toContain('name its folder, or the CSV with --results')
  expect((await hl7bench(here, ['resume', id, '--results', elsewhere.results])).code).toBe(0)
  expect(executions(elsewhere.results)).toEqual([1, 2])
})

test('resume refuses when the scenario has changed since', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  await hl7bench(here, ['run', file, '--results', here.results, ...ONE_RUN])
  write(here, 's.json', small({ load: [{ ...small().load[0], window: 9 }] }))
  const resumed = await hl7bench(here, ['resume', experimentFolders(here)[0]!])
  expect(resumed.code).toBe(104)
  expect(resumed.stderr).toMatch(/cannot resume: the scenario .* changed since; put it back/)
  expect(rowsOf(here)).toHaveLength(1)
})

test('--keep-env leaves a target that answers until SIGINT, which ends it and keeps the verdict', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1 }))
  const started = start(here, ['run', file, '--results', here.results, '--keep-env'])
  const [, port] = await started.printed(/kept: mllp:\/\/127\.0\.0\.1:(\d+); interrupt/)
  const peer = await openMllpPeer(Number(port))
  peer.close()
  started.child.kill('SIGINT')
  expect((await started.ended).code, started.text()).toBe(0)
  await expect(openMllpPeer(Number(port))).rejects.toThrow()
  expect(await settled(here)).toEqual([])
})

test('a --max-duration that not even one run can keep is bad input', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const ended = await hl7bench(here, ['run', file, '--results', here.results, '--max-duration', '299ms'])
  expect(ended.code).toBe(104)
  expect(ended.stderr).toContain('give it more time, or make the run shorter with --duration')
  expect(experimentFolders(here)).toEqual([])
})
