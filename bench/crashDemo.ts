/**
 * `npm run crash:demo -- 50`: one experiment of scenarios/demo.ts, 30 runs, whose controller is killed that many times at random moments;
 * each time what it left is looked for, and `resume` goes on. Ends with 1 when anything was lost, doubled, torn or left behind.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  clear,
  experimentFolders,
  hl7bench,
  journalOf,
  PROJECT,
  startHl7bench,
  workplace,
} from '../test/fixtures/commandLine.ts'
import { aliveAfter, CLEANED_WITHIN_MS, leftToSweep, problemsOf } from '../test/fixtures/crashOnce.ts'

const LONGEST_LIFE_MS = 5_000

const kills = Number(process.argv[2] ?? 50)
if (!Number.isInteger(kills) || kills < 1) throw new Error('usage: npm run crash:demo -- [number of kills]')
const place = workplace()
const problems: string[] = []
let killed = 0
let completed = false
while (killed < kills && !completed) {
  const folder = begunExperiment()
  const argv =
    folder !== undefined
      ? ['resume', folder, '--quiet']
      : ['run', join(PROJECT, 'scenarios/demo.ts'), '--results', place.results, '--quiet']
  const controller = startHl7bench(place, argv)
  const exited = once(controller, 'exit')
  controller.stdout?.resume()
  controller.stderr?.resume()
  await Promise.race([sleep(Math.random() * LONGEST_LIFE_MS), exited])
  completed = controller.exitCode !== null
  if (completed) break
  controller.kill('SIGKILL')
  await exited
  killed++
  const alive = await aliveAfter(place.folder, CLEANED_WITHIN_MS)
  if (alive.length > 0) problems.push(`alive after kill ${killed}: ${alive.join(', ')}`)
  const done = folder === undefined ? 0 : journalOf(folder).filter(({ type }) => type === 'finished').length
  process.stderr.write(`kill ${killed} of ${kills}: ${done} runs done, ${alive.length} processes left\n`)
}

const folder = begunExperiment()!
const finished = journalOf(folder).filter(({ type }) => type === 'finished')
const resumed = completed
  ? { code: 0, signal: null, stdout: '', stderr: '' }
  : await hl7bench(place, ['resume', folder, '--quiet'])
problems.push(...problemsOf(place, folder, resumed, finished), ...(await leftToSweep(place)))
process.stdout.write(
  `${JSON.stringify({ kills: killed, runs: journalOf(folder).filter(({ type }) => type === 'finished').length, problems })}\n`,
)
clear(place)
process.exitCode = problems.length > 0 ? 1 : 0

/** A kill before the first run leaves nothing to resume: then the experiment is begun anew. */
function begunExperiment(): string | undefined {
  return experimentFolders(place).find(folder => journalOf(folder).some(({ type }) => type === 'started'))
}
