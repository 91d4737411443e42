import { MOST_ACK_ERRORS, OTHER_ACK_ERRORS } from '../model/ackErrors.ts'
import type { RunResult } from '../model/result.ts'
import { formatCount, plural } from './format.ts'

/** Something counted in the replies of a load, over the runs that are told of. */
export interface Count {
  readonly load: string
  readonly name: string
  readonly count: number
  readonly runs: number
}

/** What the alarms of the generators mean. */
const MEANING: Readonly<Record<string, string>> = {
  'total-above-expected': 'a search found more than may exist: a duplicate, or two people under one identifier',
  'duplicate-resource': 'a conditional create found more than one match: the resource is there twice',
}

/** The runs whose counts stand beside figures and audit: the valid ones, or all where none is. */
export function toldOf(results: readonly RunResult[]): readonly RunResult[] {
  const valid = results.filter(({ state }) => state === 'valid')
  return valid.length > 0 ? valid : results
}

/** Findings that are more than one failed check among others, the valid and the invalid runs together. */
export function alarmsOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, load => load.alarms)
}

/** Why exchanges were not accepted, the most frequent first. */
export function reasonsOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, load => load.reasons)
}

/** What peers did that harmed no exchange, the most frequent first. */
export function toleratedOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, load => load.tolerated)
}

/** What is counted beyond outcomes: of FHIR loads, and connections that were dialled again. */
export function countsOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, ({ counts, redials }) => ({ ...counts, ...(redials > 0 && { redials }) }))
}

/** The coded errors of rejections, the most frequent first. */
export function ackErrorsOf(results: readonly RunResult[]): readonly Count[] {
  const counts = countBy(results, load => load.ackErrors)
  return [...new Set(counts.map(({ load }) => load))].flatMap(load =>
    bounded(counts.filter(count => count.load === load)),
  )
}

/** Each run kept its own kinds apart. */
function bounded(counts: readonly Count[]): readonly Count[] {
  const kept = counts.filter(({ name }) => name !== OTHER_ACK_ERRORS).slice(0, MOST_ACK_ERRORS)
  const rest = counts.filter(count => !kept.includes(count))
  const [first] = rest
  if (first === undefined) return kept
  const count = rest.reduce((sum, each) => sum + each.count, 0)
  const runs = Math.max(...rest.map(each => each.runs))
  return [...kept, { load: first.load, name: OTHER_ACK_ERRORS, count, runs }]
}

/** TLS handshakes of loads that speak TLS: those that were full, and those that resumed a session. */
export function handshakesOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, ({ handshakes, resumed }) =>
    handshakes === null ? {} : { full: handshakes - (resumed ?? 0), resumed: resumed ?? 0 },
  )
}

/** Failed dials by code, the most frequent first. */
export function refusalsOf(results: readonly RunResult[]): readonly Count[] {
  return countBy(results, load => load.refusals)
}

export function alarmText({ load, name, count, runs }: Count): string {
  const meaning = MEANING[name]
  return `ALARM ${name}: ${formatCount(count)} replies of ${load} in ${plural(runs, 'run')}${meaning === undefined ? '' : `; ${meaning}`}`
}

const MOST_REASONS = 5

/** One line for each load with exchanges that were not accepted. */
export function reasonTexts(reasons: readonly Count[]): readonly string[] {
  return linesByLoad(reasons, 'not accepted', 'reason')
}

/** One line for each load and kind of oddity: coded errors of rejections, failed dials, what was tolerated. */
export function oddityTexts({ ackErrors, refusals, tolerated, counts }: Oddities): readonly string[] {
  return [
    ...linesByLoad(ackErrors, 'errors in replies', 'kind', '; '),
    ...linesByLoad(refusals, 'failed dials', 'code'),
    ...linesByLoad(tolerated, 'tolerated', 'kind'),
    ...linesByLoad(counts, 'counted', 'kind'),
  ]
}

export interface Oddities {
  readonly ackErrors: readonly Count[]
  readonly refusals: readonly Count[]
  readonly tolerated: readonly Count[]
  readonly counts: readonly Count[]
}

/** One line for each load that speaks TLS. */
export function handshakeTexts(handshakes: readonly Count[]): readonly string[] {
  return linesByLoad(handshakes, 'TLS handshakes', 'kind')
}

function linesByLoad(counts: readonly Count[], what: string, noun: string, between = ', '): readonly string[] {
  return [...new Set(counts.map(({ load }) => load))].map(load => {
    const own = counts.filter(count => count.load === load)
    const shown = own.slice(0, MOST_REASONS).map(({ name, count }) => `${name} ${formatCount(count)}`)
    const more = own.length > MOST_REASONS ? ` and ${plural(own.length - MOST_REASONS, `other ${noun}`)}` : ''
    return `${load} ${what}: ${shown.join(between)}${more}`
  })
}

type Measured = Exclude<RunResult, { state: 'failed' }>

function countBy(
  results: readonly RunResult[],
  of: (load: Measured['loads'][number]) => Readonly<Record<string, number>>,
): readonly Count[] {
  const counts = new Map<string, Count>()
  for (const result of results) {
    for (const load of result.state === 'failed' ? [] : result.loads) {
      for (const [name, count] of Object.entries(of(load))) {
        const key = `${load.load}\n${name}`
        const before = counts.get(key)
        counts.set(key, { load: load.load, name, count: (before?.count ?? 0) + count, runs: (before?.runs ?? 0) + 1 })
      }
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}
