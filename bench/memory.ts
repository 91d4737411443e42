import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fates } from '../src/ledger/fate.ts'
import type { GeneratorPlan, GeneratorResult } from '../src/model/generator.ts'
import { decode, quantilesOf } from '../src/stats/histogram.ts'
import { createCompiler } from './compile.ts'
import { mllpContent } from './content.ts'
import type { Options } from './options.ts'
import type { Processes } from './processes.ts'
import { startReceiver } from './receiver.ts'
import { planOf, runGenerator } from './senders/generator.ts'
import { tell } from './tell.ts'

const CONNECTIONS = 16
const MOST_BYTES = 300_000_000
/** Exchanges of the run in which every time is kept as well: it needs the memory that the ordinary run must not need. */
const CHECKED_EXCHANGES = 1_000_000
/** Half a unit in the third digit, and the grain of the histogram, 100 ns. */
const MOST_RELATIVE_ERROR = 0.001
const GRAIN_MS = 0.0001
const LONGEST_MS = 3_600_000
const RECORDING = join(import.meta.dirname, 'peers/recordingGenerator.ts')

/** One generator over many exchanges in one run: does its memory stay flat, is everything counted, are its percentiles right? */
export async function benchMemory(options: Options, processes: Processes, folder: string): Promise<object> {
  const { name, seed, exchanges } = options
  const program = createCompiler(folder).compile('mllpReceiver', false)
  const content = await mllpContent(seed)

  const run = async (records: number, raw: string | null) => {
    const receiver = await startReceiver(processes, { program, certificate: null })
    const plan = fixedWork(
      planOf(content, {
        port: receiver.port,
        connections: CONNECTIONS,
        phases: { warmupMs: 0, measureMs: LONGEST_MS },
      }),
      records,
    )
    const result = await runGenerator(
      processes,
      plan,
      raw === null ? { onTick: createProgress(records) } : { entry: RECORDING, env: { HL7BENCH_RAW_TIMES: raw } },
    )
    const received = (await receiver.stop()).exchanges
    return { ...conservationOf(result, records, received), result }
  }

  const { result, ...counts } = await run(exchanges, null)
  const { maxRssBytes } = result.health
  const raw = join(folder, 'times')
  const checked = await run(Math.min(exchanges, CHECKED_EXCHANGES), raw)
  const percentiles = comparePercentiles(checked.result, raw)
  const figures = {
    exchanges,
    seconds: result.measuredMs / 1000,
    exchangesPerSecond: (exchanges / result.measuredMs) * 1000,
    maxRssBytes,
    bar: MOST_BYTES,
    verdict: maxRssBytes <= MOST_BYTES ? 'met' : 'missed',
    conserved: counts,
    checkedExchanges: checked.received,
    percentiles,
    percentilesVerdict: percentiles.every(({ exactToThreeDigits }) => exactToThreeDigits) ? 'met' : 'missed',
  }
  tell(JSON.stringify(figures, null, 2))
  return { bench: name, seed, connections: CONNECTIONS, ...figures }
}

function fixedWork(plan: GeneratorPlan, records: number): GeneratorPlan {
  if (plan.load.workload.kind !== 'closed') throw new Error('the load of this bench is a closed loop')
  return { ...plan, load: { ...plan.load, workload: { ...plan.load.workload, records } } }
}

function createProgress(exchanges: number): (tick: { readonly accepted: number }) => void {
  let accepted = 0
  let told = 0
  return tick => {
    accepted += tick.accepted
    const tenths = Math.floor((10 * accepted) / exchanges)
    if (tenths > told) tell(`${accepted.toLocaleString('en')} exchanges`)
    told = tenths
  }
}

/** @throws Error when an exchange is not accounted for, by the generator's counts, its ledger or the receiver */
function conservationOf({ total, ledger, histograms }: GeneratorResult, records: number, received: number) {
  const fates = Fates.decode(ledger)
  let inLedger = 0
  for (let position = 0; position < fates.planned; position++) {
    const { outcome, attempts } = fates.get(position)
    if (outcome === 'accepted' && attempts === 1) inLedger++
  }
  const timed = decode(histograms.response).totalCount
  const counts = { accepted: total.accepted, inLedger, timed, received }
  if (Object.values(counts).some(count => count !== records))
    throw new Error(`${records} exchanges are not accounted for: ${JSON.stringify(counts)}`)
  return counts
}

/** What the histogram says against what the sorted times say. */
function comparePercentiles({ histograms }: GeneratorResult, raw: string) {
  const bytes = readFileSync(raw)
  const times = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8).slice().sort()
  const told = quantilesOf(decode(histograms.response), 0, LONGEST_MS, null, 1)
  return (
    [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
      ['p99.9', 0.999],
      ['max', 1],
    ] as const
  ).map(([percentile, share]) => {
    const exactMs = times[Math.max(0, Math.ceil(share * times.length) - 1)]!
    const toldMs = told[percentile].ms!
    const exactToThreeDigits = Math.abs(toldMs - exactMs) <= exactMs * MOST_RELATIVE_ERROR + GRAIN_MS
    return { percentile, exactMs, toldMs, exactToThreeDigits }
  })
}
