import { judgeMetric, type MetricSample } from '../../src/stats/gate/judgeMetric.ts'
import { isSuspicion, judgeStages, type Verdict } from '../../src/stats/gate/judgeStages.ts'
import type { GateSettings } from '../../src/stats/gate/settings.ts'
import type { Shape } from './noise.ts'

export interface Trial {
  readonly shape: Shape
  /** The candidate takes so many times as long. */
  readonly ratio: number
  /** Runs per arm in each stage. */
  readonly runs: number
  readonly paired: boolean
  readonly settings: GateSettings
}

/** The gate's verdict on one metric of two arms whose difference is known, stage 2 included where stage 1 asks for it. */
export function simulate(trial: Trial, random: () => number): Verdict {
  const first = judgeMetric(drawSample(trial, random), trial.settings)
  const second = isSuspicion(first) ? judgeMetric(drawSample(trial, random), trial.settings) : null
  return judgeStages(first, second).verdict
}

function drawSample({ shape, ratio, runs, paired }: Trial, random: () => number): MetricSample {
  const arm = (scale: number) => Array.from({ length: runs }, () => scale * shape.draw(random))
  return { better: 'lower', kind: 'ratio', paired, marked: false, baseline: arm(1), candidate: arm(ratio) }
}
