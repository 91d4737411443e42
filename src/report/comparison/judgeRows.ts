import type { ComparisonStage } from '../../model/experiment.ts'
import type { Row } from '../../model/row.ts'
import { judgeMetric, type MetricSample } from '../../stats/gate/judgeMetric.ts'
import { judgeStages } from '../../stats/gate/judgeStages.ts'
import type { GateSettings } from '../../stats/gate/settings.ts'
import { estimate } from '../estimate.ts'
import type { Reading } from '../experiment.ts'
import { figuresOfRow, type RowFigure } from '../rowMetrics.ts'
import type { RowsMetric } from './compareRows.ts'
import { isAnswered, rankable } from './samples.ts'

/** Rows of one test case. */
interface Sets {
  readonly baseline: readonly Row[]
  readonly candidate: readonly Row[]
  /** Arms of one experiment: pairs of its blocks are judged, each stage alone. */
  readonly interleaved: boolean
}

type Judged = Pick<RowsMetric, 'baseline' | 'candidate' | 'verdict' | 'judgement'>

/** One metric of two sets of rows. */
export function judgeRows(metric: RowFigure, sets: Sets, settings: GateSettings): Judged {
  if (!sets.interleaved) {
    const { judgement, ...medians } = judge(metric, sets, settings)
    return { ...medians, verdict: judgement.outcome, judgement }
  }
  const ofStage = (stage: ComparisonStage) => {
    const only = (rows: readonly Row[]) => rows.filter(({ data }) => (data.stage === 2 ? 2 : 1) === stage)
    return { ...sets, baseline: only(sets.baseline), candidate: only(sets.candidate) }
  }
  const second = [...sets.baseline, ...sets.candidate].some(({ data }) => data.stage === 2)
  const stages = [judge(metric, ofStage(1), settings), second ? judge(metric, ofStage(2), settings) : null] as const
  const { verdict, stage } = judgeStages(stages[0].judgement, stages[1]?.judgement ?? null)
  return { ...stages[stage - 1]!, verdict }
}

function judge(metric: RowFigure, { baseline, candidate, interleaved }: Sets, settings: GateSettings) {
  const { better, kind } = metric
  const all = [readingsOf(metric, baseline), readingsOf(metric, candidate)] as const
  const [before, after] = interleaved ? pairsOf(metric, ...all) : all
  const lacks = (readings: readonly Reading[]) => readings.some(reading => !isAnswered(metric, reading))
  const sample: MetricSample = {
    better,
    kind,
    paired: interleaved,
    // Runs without an answer in both sets are alike only in what is not known of them.
    marked: [...before, ...after].some(({ marked }) => marked) || (!interleaved && lacks(before) && lacks(after)),
    baseline: before.map(reading => rankable(metric, reading)),
    candidate: after.map(reading => rankable(metric, reading)),
  }
  return {
    baseline: estimate(before)?.median ?? null,
    candidate: estimate(after)?.median ?? null,
    judgement: judgeMetric(sample, settings),
  }
}

type Found = Reading & { readonly block: unknown }

function readingsOf({ path }: RowFigure, rows: readonly Row[]): readonly Found[] {
  return rows.flatMap(row =>
    figuresOfRow(row).flatMap(({ path: found, figure, marked }) =>
      found === path
        ? [{ runId: String(row.data.run), block: row.data.block, valid: true, value: figure, marked }]
        : [],
    ),
  )
}

/** Rows of the same block; where neither has an answer nothing is known of the change. */
function pairsOf(
  metric: RowFigure,
  before: readonly Found[],
  after: readonly Found[],
): readonly [readonly Found[], readonly Found[]] {
  const byBlock = new Map(after.map(found => [found.block, found]))
  const pairs = before.flatMap(found => {
    const partner = byBlock.get(found.block)
    const isTold = partner !== undefined && [found, partner].some(reading => isAnswered(metric, reading))
    return isTold ? [[found, partner] as const] : []
  })
  return [pairs.map(([found]) => found), pairs.map(([, partner]) => partner)]
}
