import { plural } from '../format.ts'
import type { ComparisonReport, MetricComparison } from './comparison.ts'
import { failureTexts } from './failures.ts'
import { armTitle, changeText } from './wording.ts'

/** The verdict of a comparison in one sentence, with why runs failed where some did. */
export function answerOf(report: Omit<ComparisonReport, 'answer'>): string {
  return `hl7bench: ${report.name}: ${[verdictText(report), ...failureTexts(report.cases)].join('; ')}.`
}

function verdictText(report: Omit<ComparisonReport, 'answer'>): string {
  const { verdict, cases, settings } = report
  const [baseline, candidate] = [armTitle(report.baseline), armTitle(report.candidate)]
  const gated = cases.flatMap(each =>
    each.metrics.filter(metric => metric.gated).map(metric => ({ ...metric, in: each.id })),
  )
  const where = (metric: { path: string; in: string }) =>
    cases.length === 1 ? metric.path : `${metric.path} in ${metric.in}`
  const named = (wanted: string) => {
    const found = gated.filter(metric => metric.verdict === wanted)
    return (
      found
        .slice(0, 2)
        .map(metric => `${where(metric)} ${changeText(metric)}`)
        .join(', ') + more(found.length - 2)
    )
  }
  const pairs = pairsText(verdict === 'same' ? gated : gated.filter(metric => metric.verdict === verdict))
  if (verdict === 'slower') return `${candidate} is slower than ${baseline}: ${named('slower')} (${pairs})`
  if (verdict === 'faster') return `${candidate} is faster than ${baseline}: ${named('faster')} (${pairs})`
  if (verdict === 'same')
    return `${candidate} is as fast as ${baseline}: every gated metric within ${percent(settings.margin)} (${pairs})`
  if (verdict === 'inconclusive')
    return `it is not settled whether ${candidate} is slower than ${baseline} (${pairs})${settleText(gated)}`
  const [bad] = gated.filter(metric => metric.verdict === verdict)
  return `${candidate} could not be compared with ${baseline}: ${bad === undefined ? 'no valid pair' : `${where(bad)}: ${bad.remark}`}`
}

const more = (count: number): string => (count > 0 ? ` and ${count} more` : '')

/** Of the metrics that the sentence is about, the one with the fewest pairs. */
function pairsText(metrics: readonly MetricComparison[]): string {
  const [fewest] = metrics.toSorted((a, b) => a.pairs - b.pairs)
  return fewest === undefined ? '' : plural(fewest.pairs, fewest.stage === 2 ? 'fresh pair' : 'pair')
}

function settleText(metrics: readonly MetricComparison[]): string {
  const needed = Math.max(0, ...metrics.map(({ runsNeeded }) => runsNeeded ?? 0))
  return needed === 0 ? '' : `; about ${plural(needed, 'pair')} would settle it: --runs ${needed}`
}

const percent = (share: number): string => `${+(share * 100).toFixed(2)} %`
