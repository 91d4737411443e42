import { QUANTILES, TIMES } from '../model/exchange.ts'
import type { Protocol, Slo } from '../model/scenario.ts'

/** A load as SLOs name it. */
export interface LoadName {
  readonly name: string
  readonly protocol: Protocol
  /** Enhanced acknowledgement mode: only there a message is committed. */
  readonly isEnhanced?: boolean
  /** Only then there is something to drain. */
  readonly hasBacklog?: boolean
}

/** `key`: the metric path is wrong; `value`: the expression is. */
export type ParsedSlo =
  | { readonly slo: Slo }
  | { readonly at: 'key' | 'value'; readonly expected: string; readonly hint: string | null }

const AUDIT_COUNTS = ['lost', 'duplicated', 'corrupted', 'foreign', 'unknown', 'misrouted'] as const

/** What a metric is counted in, with the factor of each unit that may be written. The first is the metric's own. */
const UNITS = {
  time: { ms: 1, s: 1_000, us: 0.001 },
  rate: { '/s': 1 },
  ratio: { '%': 0.01 },
  count: {},
} as const satisfies Record<string, Readonly<Record<string, number>>>
type Dimension = keyof typeof UNITS

/** `endToEnd`: to the arrival behind a SUT that forwards. */
const SLO_TIMES = [...TIMES, 'endToEnd'] as const

const EXPRESSION = /^\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)\s*(ms|s|us|\/s|%)?\s*$/

/**
 * Parses `'mllp.response.p99': '< 250 ms'`.
 * expression = operator number [unit]; operator = `<` `<=` `=` `>=` `>`; unit = ms, s, us, /s, % or none (the metric's own).
 * metric = `<load>.<response|service|queue|lag|commit|endToEnd>.<quantile>` (ms), `<load>.drain` (ms), `<load>.throughput` (per second),
 * `<load>.errors` (ratio) or `audit.<lost|duplicated|corrupted|foreign|unknown|misrouted>` (count). `<load>` is the name of a load, or a protocol that only one load has;
 * the parsed metric always holds the name.
 */
export function parseSlo(metric: string, text: string, loads: readonly LoadName[]): ParsedSlo {
  const target = parseMetric(metric, loads)
  if ('expected' in target) return { at: 'key', ...target }
  const match = EXPRESSION.exec(text)
  if (!match)
    return {
      at: 'value',
      expected: "an operator (<, <=, =, >=, >), a number and a unit, such as '< 250 ms'",
      hint: null,
    }
  return parseLimit(target, match[1] as Slo['operator'], match[2]!, match[3], text)
}

function parseLimit(
  target: { metric: string; dimension: Dimension },
  operator: Slo['operator'],
  digits: string,
  unit: string | undefined,
  text: string,
): ParsedSlo {
  const units: Readonly<Record<string, number>> = UNITS[target.dimension]
  const wrong = (expected: string, hint: string | null = null): ParsedSlo => ({ at: 'value', expected, hint })
  if (unit !== undefined && !Object.hasOwn(units, unit))
    return wrong(
      `${
        Object.keys(units)
          .map(name => `'${name}'`)
          .join(', ') || 'no unit'
      } with ${target.metric}`,
    )
  const limit = Number((Number(digits) * (unit === undefined ? 1 : units[unit]!)).toPrecision(15))
  if (target.dimension === 'ratio' && limit > 1)
    return wrong(
      'a ratio from 0 to 1, or a percentage from 0% to 100%',
      unit ? null : `did you mean '${operator} ${digits}%'?`,
    )
  if (target.dimension === 'count' && !Number.isInteger(limit)) return wrong('a whole number of messages')
  if (operator === '<' && limit === 0) return wrong('a limit that can be met', "nothing is below 0: write '= 0'")
  return { slo: { metric: target.metric, operator, limit, text: text.trim() } }
}

type ParsedMetric =
  | { readonly metric: string; readonly dimension: Dimension }
  | { readonly expected: string; readonly hint: string | null }

function parseMetric(metric: string, loads: readonly LoadName[]): ParsedMetric {
  const [subject, what, ...rest] = metric.split('.')
  const quantile = rest.join('.')
  if (subject === 'audit') {
    const known = AUDIT_COUNTS.some(count => count === what) && rest.length === 0
    return known ? { metric, dimension: 'count' } : { expected: `audit.<${AUDIT_COUNTS.join('|')}>`, hint: null }
  }
  const named = loadNamed(subject!, loads)
  if (typeof named !== 'string') return named
  if (rest.length === 0 && what === 'throughput') return { metric: `${named}.throughput`, dimension: 'rate' }
  if (rest.length === 0 && what === 'errors') return { metric: `${named}.errors`, dimension: 'ratio' }
  if (rest.length === 0 && what === 'drain') {
    const hint = 'only a load with backlogPerFeed has something to drain'
    return loads.find(({ name }) => name === named)?.hasBacklog === true
      ? { metric: `${named}.drain`, dimension: 'time' }
      : { expected: `a metric that load ${named} has`, hint }
  }
  if (what === 'commit' && loads.find(({ name }) => name === named)?.isEnhanced !== true) {
    const hint = "messages are only committed with acknowledgement: 'enhanced'"
    return { expected: `a metric that load ${named} has`, hint }
  }
  if (SLO_TIMES.some(time => time === what) && QUANTILES.some(known => known === quantile))
    return { metric: `${named}.${what}.${quantile}`, dimension: 'time' }
  return {
    expected: `${subject}.<${SLO_TIMES.join('|')}>.<${QUANTILES.join('|')}>, ${subject}.throughput or ${subject}.errors`,
    hint: null,
  }
}

function loadNamed(subject: string, loads: readonly LoadName[]): string | { expected: string; hint: string | null } {
  if (loads.some(load => load.name === subject)) return subject
  const speaking = loads.filter(load => load.protocol === subject)
  if (speaking.length === 1) return speaking[0]!.name
  const names = loads.map(load => load.name).join(', ')
  const hint = speaking.length > 1 ? `${speaking.length} loads speak ${subject}: name one of them` : null
  return { expected: `a metric of a load (${names}) or of the audit`, hint }
}
