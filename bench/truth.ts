/**
 * `npm run truth -- <folder> [comparisons of each kind] [same|slower10|slower5 ..]`: how often whole comparisons, measured over real
 * connections against a real receiver, are right where the truth is known. Seeded; goes on where it stopped: every verdict is a line of
 * `truth.jsonl` in the folder. Ends with a table on standard error and one JSON object on standard output.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareResults, isSuspected } from '../src/report/comparison/compare.ts'
import { readHost } from '../src/results/host.ts'
import { readContents } from '../src/scenario/content.ts'
import { loadScenario } from '../src/scenario/load.ts'
import type { Verdict } from '../src/stats/gate/judgeStages.ts'
import { DEFAULT_SETTINGS } from '../src/stats/gate/settings.ts'
import { wilson } from '../src/stats/wilson.ts'
import { hash32 } from '../src/workload/random.ts'
import { performComparison } from './truth/comparison.ts'
import { startKeptTarget } from './truth/keptTarget.ts'
import { SETTINGS } from './truth/setting.ts'

interface Line {
  readonly setting: string
  readonly index: number
  readonly seed: number
  readonly verdict: Verdict
  readonly slower: readonly string[]
  readonly runs: number
  readonly invalid: number
  readonly seconds: number
}

const SEED = 20_261_123
const HOST = await readHost()
const NOWHERE = {
  branch: null,
  commit: null,
  dirty: false,
  version: null,
  harness: { version: '', commit: null },
  host: HOST,
}
const [folder = '.', count = '30', ...names] = process.argv.slice(2)
const wanted = names.length === 0 ? Object.keys(SETTINGS) : names
const file = join(folder, 'truth.jsonl')
mkdirSync(folder, { recursive: true })
const lines: Line[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Line)
  : []
const loaded = await loadScenario(join(import.meta.dirname, 'truth', 'scenario.ts'))
const contents = await readContents(loaded)
const target = await startKeptTarget()
try {
  for (let index = 0; index < Number(count); index++) for (const setting of wanted) await once(setting, index)
} finally {
  target.close()
}
report()

async function once(name: string, index: number): Promise<void> {
  if (lines.some(line => line.setting === name && line.index === index)) return
  const setting = SETTINGS[name]!
  const seed = hash32(SEED, Object.keys(SETTINGS).indexOf(name), index)
  const beganMs = performance.now()
  const { plan, results, runs } = await performComparison({
    setting,
    seed,
    loaded,
    contents,
    target,
    needsConfirmation: (plan, stage1) => isSuspected(plan, stage1, DEFAULT_SETTINGS),
  })
  const { verdict, cases } = compareResults(
    {
      plan: { ...plan, runs },
      results,
      settings: DEFAULT_SETTINGS,
      startedAt: '',
      wholeMs: 0,
      environmentId: '',
      provenance: NOWHERE,
      files: { rows: null, folder: null, html: null },
      commands: { repeat: '', next: null },
      leaks: [],
    },
    { code: 0, reason: '' },
  )
  const line: Line = {
    setting: name,
    index,
    seed,
    verdict,
    slower: cases[0]!.metrics.filter(metric => metric.gated && metric.verdict === 'slower').map(({ path }) => path),
    runs: results.length,
    invalid: results.filter(({ state }) => state !== 'valid').length,
    seconds: (performance.now() - beganMs) / 1000,
  }
  lines.push(line)
  appendFileSync(file, `${JSON.stringify(line)}\n`)
  process.stderr.write(
    `${index + 1}/${count} ${setting.title}: ${verdict} (${line.runs} runs, ${line.seconds.toFixed(0)} s)\n`,
  )
}

function report(): void {
  const rows = wanted.map(name => {
    const done = lines.filter(line => line.setting === name)
    const counts = Object.fromEntries(
      [...new Set(done.map(({ verdict }) => verdict))].map(verdict => [
        verdict,
        done.filter(line => line.verdict === verdict).length,
      ]),
    )
    const slower = counts.slower ?? 0
    const { lower, upper } = wilson(slower, done.length, 0.95)
    const percent = (share: number) => `${(share * 100).toFixed(0)} %`
    process.stderr.write(
      `| ${SETTINGS[name]!.title} | ${done.length} | ${slower} | ${percent(lower)} to ${percent(upper)} | ${JSON.stringify(counts)} |\n`,
    )
    return { setting: name, ...SETTINGS[name]!, comparisons: done.length, slower, interval: [lower, upper], counts }
  })
  console.log(JSON.stringify({ bench: 'truth', seed: SEED, host: HOST, rows }))
}
