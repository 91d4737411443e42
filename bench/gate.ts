/**
 * `npm run gate -- 10000`: how often the gate of `hl7bench compare` finds a change that is there and one that is not, by simulation of
 * so many comparisons for each shape of noise, change and design. A table on standard error, one JSON object on standard output.
 */

import { DEFAULT_SETTINGS } from '../src/stats/gate/settings.ts'
import { createRandom } from '../src/stats/random.ts'
import { SHAPES } from './gate/noise.ts'
import { simulate } from './gate/simulate.ts'

const RATIOS = [1, 1.05, 1.1]
const RUNS = 30
const METRICS = 4
const settings = { ...DEFAULT_SETTINGS, gatedMetrics: METRICS }

const replicates = Number(process.argv[2] ?? 10_000)
if (!Number.isInteger(replicates) || replicates < 1)
  throw new Error('usage: npm run gate -- [comparisons of each kind]')
const random = createRandom(20_261_123)
const rows = SHAPES.flatMap(shape =>
  [false, true].map(paired => {
    const slower = RATIOS.map(ratio => {
      let found = 0
      for (let replicate = 0; replicate < replicates; replicate++)
        if (simulate({ shape, ratio, runs: RUNS, paired, settings }, random) === 'slower') found++
      return found / replicates
    })
    const row = { noise: shape.name, paired, slower }
    process.stderr.write(`| ${shape.name} | ${paired ? 'paired' : 'unpaired'} | ${slower.map(percent).join(' | ')} |\n`)
    return row
  }),
)
const falseFailures = commitRisk()
process.stderr.write(`comparisons with ${METRICS} metrics that are alike and fail: ${percent(falseFailures)}\n`)
console.log(
  JSON.stringify({ bench: 'gate', replicates, runs: RUNS, metrics: METRICS, ratios: RATIOS, rows, falseFailures }),
)

/** Share of comparisons of two arms that are alike in which at least one of the metrics fails, independent and at CV 10 %. */
function commitRisk(): number {
  let failed = 0
  for (let replicate = 0; replicate < replicates; replicate++) {
    const verdicts = Array.from({ length: METRICS }, () =>
      simulate({ shape: SHAPES[1]!, ratio: 1, runs: RUNS, paired: true, settings }, random),
    )
    if (verdicts.includes('slower')) failed++
  }
  return failed / replicates
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
}
