import type { Arm } from '../../model/experiment.ts'
import type { Change } from '../../stats/gate/judgeMetric.ts'
import { isUnbounded } from '../unanswered.ts'
import type { MetricComparison } from './comparison.ts'

const SHORT_COMMIT = 7

/** `main@1f3c2d9`, `HEAD@9ab10ce-dirty`, or the address. */
export function armTitle({ label, commit }: Arm): string {
  if (commit === null) return label
  const [id, mark] = commit.split('-')
  const short = `${id!.slice(0, SHORT_COMMIT)}${mark === undefined ? '' : `-${mark}`}`
  return commit.startsWith(label) ? short : `${label}@${short}`
}

/** `+24 % [+19, +30]`; for ratios of errors in percentage points. */
export function changeText({ kind, change }: Pick<MetricComparison, 'kind' | 'change'>): string {
  if (change === null) return ''
  return kind === 'ratio' ? ratioText(change) : differenceText(change)
}

function ratioText({ estimate, lower, upper }: Change): string {
  if (isUnbounded(estimate)) return 'answered in one arm'
  const share = (ratio: number) => (isUnbounded(ratio) ? (ratio > 1 ? '+inf' : '-100') : signed((ratio - 1) * 100))
  const interval = lower === null || upper === null ? '' : ` [${share(lower)}, ${share(upper)}]`
  return `${share(estimate)} %${interval}`
}

function differenceText({ estimate, lower, upper }: Change): string {
  if (estimate === 0 && lower === 0 && upper === 0) return 'none in either'
  const points = (difference: number) => signed(difference * 100)
  const interval = lower === null || upper === null ? '' : ` [${points(lower)}, ${points(upper)}]`
  return `${points(estimate)} pp${interval}`
}

/** Two significant digits and a sign: `+24`, `-0.5`, `0`. */
export function signed(value: number): string {
  const size = Math.abs(value)
  const text = size >= 9.95 ? size.toFixed(0) : size >= 0.095 ? size.toFixed(1) : size.toFixed(2)
  if (Number(text) === 0) return '0'
  return `${value < 0 ? '-' : '+'}${text}`
}

/** The verdict, and for an inconclusive one what would settle it. */
export function verdictText({ verdict, runsNeeded }: MetricComparison): string {
  return verdict === 'inconclusive' && runsNeeded !== null ? `inconclusive, ~${runsNeeded} pairs` : verdict
}

/** What a reader should know beside the table: dropped suspicions, missing judgements, flags. */
export function remarksOf(metrics: readonly MetricComparison[]): readonly string[] {
  return metrics
    .filter(({ gated }) => gated)
    .flatMap(({ path, remark, flags, runsNeeded }) => [
      ...(remark === null ? [] : [`${path}: ${remark}`]),
      ...(runsNeeded === null ? [] : [`${path}: about ${runsNeeded} pairs would settle it`]),
      ...flags.map(flag => `${path}: ${flag}`),
    ])
}
