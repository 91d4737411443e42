import { readFileSync } from 'node:fs'
import Table from 'cli-table3'
import type { GeneratorPlan, GeneratorResult } from '../src/model/generator.ts'
import { feedSpread } from '../src/stats/feedSpread.ts'
import { decode, quantilesOf } from '../src/stats/histogram.ts'
import { createCompiler } from './compile.ts'
import { mllpContent } from './content.ts'
import type { Options } from './options.ts'
import { MOST_ATTEMPTS, MOST_STARVED_SHARE } from './perform.ts'
import type { Processes } from './processes.ts'
import { waitForQuiet } from './quiet.ts'
import { startReceiver } from './receiver.ts'
import { conductGenerator, failuresOf, planOf } from './senders/generator.ts'
import { tell } from './tell.ts'

const FEEDS = 1_000
const MESSAGES_PER_FEED_PER_SECOND = 3
const WARMUP_MS = 2_000
const DRAIN_MS = 10_000
const MOST_OUTSTANDING = 100_000
/** What a process holds open beside its connections, generously. */
const OTHER_DESCRIPTORS = 64
/** As a load's `pacing` says. */
const PACINGS = { sleep: 0, spin: 1 } as const

/** One generator with a thousand slow feeds, each a connection with a Poisson process of its own, against the bare receiver. */
export async function benchFeeds({ name, seed, seconds }: Options, processes: Processes, folder: string) {
  checkDescriptors()
  const program = createCompiler(folder).compile('mllpReceiver', false)
  const content = await mllpContent(seed)

  const runOnce = async (pacing: keyof typeof PACINGS) => {
    const receiver = await startReceiver(processes, { program, certificate: null })
    const task = { port: receiver.port, connections: FEEDS, phases: { warmupMs: WARMUP_MS, measureMs: seconds * 1000 } }
    const plan = { ...ofSlowFeeds(planOf(content, task)), spinShare: PACINGS[pacing] }
    const result = await conductGenerator(processes, plan)
    const { exchanges } = await receiver.stop()
    if (exchanges !== result.total.accepted)
      throw new Error(`the generator counted ${result.total.accepted} answers, the receiver ${exchanges}`)
    return { pacing, ...figuresOf(result, seconds, content.load.timeoutMs) }
  }

  /** The least disturbed of a few attempts; the first that was not ends them. */
  const run = async (pacing: keyof typeof PACINGS) => {
    const attempts: Awaited<ReturnType<typeof runOnce>>[] = []
    while (attempts.length < MOST_ATTEMPTS && !attempts.some(({ disturbed }) => !disturbed)) {
      await waitForQuiet()
      attempts.push(await runOnce(pacing))
    }
    const best = attempts.toSorted((a, b) => (a.starvedShare ?? 0) - (b.starvedShare ?? 0))[0]!
    return { ...best, attempts: attempts.length }
  }

  const runs = [await run('sleep'), await run('spin')]
  tell(tableOf(runs))
  return { bench: name, seed, feeds: FEEDS, messagesPerFeedPerSecond: MESSAGES_PER_FEED_PER_SECOND, seconds, runs }
}

/** Node raises the soft limit to the hard one when it starts, and its children inherit that. */
function checkDescriptors(): void {
  const found = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  const needed = FEEDS + OTHER_DESCRIPTORS
  if (found === undefined || found === 'unlimited' || Number(found) >= needed) return
  throw new Error(
    `${FEEDS} feeds need ${needed} open files in the generator and in the receiver, and this machine allows ${found} (hard limit): raise it by \`ulimit -Hn 4096\` as root, by nofile in /etc/security/limits.conf, or by --ulimit nofile=4096 of the container`,
  )
}

function ofSlowFeeds(plan: GeneratorPlan): GeneratorPlan {
  const workload = {
    kind: 'open',
    arrivals: 'poisson',
    ratePerSecond: MESSAGES_PER_FEED_PER_SECOND,
    perFeed: true,
    records: null,
    maxOutstanding: MOST_OUTSTANDING,
  } as const
  return { ...plan, load: { ...plan.load, workload }, phases: { ...plan.phases, drainMs: DRAIN_MS } }
}

type Figures = ReturnType<typeof figuresOf>

function figuresOf(result: GeneratorResult, seconds: number, timeoutMs: number) {
  const { health, measured, unanswered, histograms, feeds } = result
  const { lag, connectionsOpened, cpuShare, starvedShare, stolenShare, maxRssBytes } = health
  const arrivals = feeds!.arrivals.reduce((sum, count) => sum + count, 0)
  const response = quantilesOf(decode(histograms.response), unanswered, timeoutMs, null, 1)
  return {
    connectionsOpened,
    arrivalsPerSecond: arrivals / seconds,
    acceptedPerSecond: measured.accepted / seconds,
    failures: failuresOf(result),
    lagMicroseconds: { p50: lag.p50.ms! * 1000, p99: lag.p99.ms! * 1000, p999: lag['p99.9'].ms! * 1000 },
    responseMs: { p50: response.p50.ms, p99: response.p99.ms },
    cpuShare,
    starvedShare,
    disturbed: (starvedShare ?? 0) > MOST_STARVED_SHARE,
    stolenShare,
    maxRssBytes,
    arrivalsOfFeed: { least: Math.min(...feeds!.arrivals), most: Math.max(...feeds!.arrivals) },
    spread: feedSpread(feeds!),
  }
}

function tableOf(runs: readonly (Figures & { readonly pacing: string })[]): string {
  const rows: readonly (readonly [string, (run: Figures) => string])[] = [
    ['arrivals/s', run => whole(run.arrivalsPerSecond)],
    ['accepted/s', run => whole(run.acceptedPerSecond)],
    ['failures', run => whole(run.failures)],
    ['lag p50, p99 us', ({ lagMicroseconds: { p50, p99 } }) => `${whole(p50)}, ${whole(p99)}`],
    ['response p50, p99 ms', ({ responseMs: { p50, p99 } }) => `${digits(p50)}, ${digits(p99)}`],
    ["generator's CPU", run => percent(run.cpuShare)],
    ['waiting for its core', starvedText],
    ['largest resident memory', run => `${whole(run.maxRssBytes / 1e6)} MB`],
    ['arrivals of a feed', ({ arrivalsOfFeed: { least, most } }) => `${least} to ${most}`],
    ['p99 of feeds: p10, p50, p90, worst ms', ({ spread: { p99Ms } }) => Object.values(p99Ms!).map(digits).join(', ')],
  ]
  const table = new Table({ head: ['', ...runs.map(({ pacing }) => pacing)], style: { head: [], border: [] } })
  for (const [label, cell] of rows) table.push([label, ...runs.map(cell)])
  return table.toString()
}

function starvedText({ starvedShare, disturbed }: Figures): string {
  if (starvedShare === null) return 'not told'
  return `${percent(starvedShare)}${disturbed ? ': disturbed' : ''}`
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const digits = (ms: number | null) => (ms === null ? 'unanswered' : ms.toPrecision(3))
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
