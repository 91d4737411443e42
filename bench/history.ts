/**
 * `npm run history -- 100000`: reading a history of that many rows of the usual size with `history ls` and comparing two sets of them, beside
 * csv-parse alone on the same file, each in a process of its own, interleaved; and the time of one append to an empty and to the full file.
 * A table on standard error, one JSON object on standard output.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appendRow } from '../src/results/append.ts'
import { headerLine, lineOf } from '../src/results/csv.ts'
import { readRows, type StoredRow } from '../src/results/read.ts'
import { quantile } from '../src/stats/quantile.ts'

const ROOT = join(import.meta.dirname, '..')
const COMMAND = join(ROOT, 'bin', 'hl7bench.js')
const REPETITIONS = 5
const ALONE = 'csv-parse alone'
/** Column of the Environment ID. */
const ENVIRONMENT = 4

const count = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'hl7bench-history-'))
try {
  console.log(JSON.stringify(await bench(join(folder, 'rows.csv'))))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function bench(file: string) {
  const sample = await generate(file)
  const works: Readonly<Record<string, readonly string[]>> = {
    [ALONE]: [join(import.meta.dirname, 'history', 'parseAlone.ts'), file],
    'history ls': [COMMAND, 'history', 'ls', '--results', file],
    'compare by rows': [
      COMMAND,
      'compare',
      file,
      '--baseline-rows',
      'experiment=e1',
      '--candidate-rows',
      'experiment=e2',
    ],
  }
  const measured = Object.keys(works).map(name => ({ name, seconds: [] as number[], megabytes: [] as number[] }))
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    for (const each of measured) {
      const { seconds, megabytes } = run(works[each.name]!)
      each.seconds.push(seconds)
      each.megabytes.push(megabytes)
    }
  const alone = measured.find(({ name }) => name === ALONE)!.seconds
  const rows = measured.map(({ name, seconds, megabytes }) => ({
    name,
    seconds: quantile(seconds, 0.5),
    ratio: quantile(
      seconds.map((each, at) => each / alone[at]!),
      0.5,
    ),
    megabytes: Math.max(...megabytes),
  }))
  for (const { name, seconds, ratio, megabytes } of rows)
    process.stderr.write(`| ${name} | ${seconds.toFixed(2)} s | ${ratio.toFixed(2)} | ${megabytes.toFixed(0)} MB |\n`)
  const appendMs = { empty: await appendTo(join(folder, 'empty.csv'), sample), full: await appendTo(file, sample) }
  process.stderr.write(
    `one append: ${appendMs.empty.toFixed(1)} ms to a short file, ${appendMs.full.toFixed(1)} ms to the long one\n`,
  )
  return { bench: 'history', rows: count, repetitions: REPETITIONS, works: rows, appendMs }
}

/** The project's own rows of one environment over and over, in experiments of 30. */
async function generate(file: string): Promise<StoredRow> {
  const all: StoredRow[] = []
  for await (const row of readRows(join(ROOT, 'results', 'benchmark-data.csv'), () => {})) all.push(row)
  const own = all.filter(row => row.cells[ENVIRONMENT] === all[0]!.cells[ENVIRONMENT])
  const descriptor = openSync(file, 'w')
  writeSync(descriptor, headerLine('\n'))
  for (let index = 0; index < count; index++) {
    const row = own[index % own.length]!
    const data = JSON.stringify({ ...row.data, experiment: `e${Math.floor(index / 30)}`, run: `r${index}` })
    writeSync(descriptor, lineOf([...row.cells.slice(0, -1), data], '\n'))
  }
  closeSync(descriptor)
  return own[0]!
}

/** Time of a process and its peak resident memory, told by itself at its end. */
function run(args: readonly string[]): { seconds: number; megabytes: number } {
  const preload = join(folder, 'peak.cjs')
  writeFileSync(
    preload,
    `process.on('exit', () => require('fs').writeSync(2, '\\nPEAK ' + process.resourceUsage().maxRSS))`,
  )
  const beganMs = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  const seconds = (performance.now() - beganMs) / 1000
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { seconds, megabytes: Number(/PEAK (\d+)/.exec(stderr)![1]) / 1024 }
}

async function appendTo(file: string, row: StoredRow): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < 30; index++) {
    const beganMs = performance.now()
    await appendRow(file, row, text => text)
    times.push(performance.now() - beganMs)
  }
  return quantile(times, 0.5)
}
