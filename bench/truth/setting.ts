import type { PlannedRun } from '../../src/model/experiment.ts'
import { hash32, normal } from '../../src/workload/random.ts'

const NOISE = 0x6e6f6973

/** What is true of the two arms, known because it was made so. */
export interface Setting {
  readonly title: string
  /** Service time of the candidate over that of the baseline. */
  readonly ratio: number
  /** Coefficient of variation of the service time from run to run, the same in both arms and independent. */
  readonly cv: number
}

export const SETTINGS: Readonly<Record<string, Setting>> = {
  same: { title: 'no difference, CV 10 %', ratio: 1, cv: 0.1 },
  slower10: { title: '10 % slower, CV 10 %', ratio: 1.1, cv: 0.1 },
  slower5: { title: '5 % slower, CV 3 %', ratio: 1.05, cv: 0.03 },
}

const MEAN_MS = 5

/** Service time of one run, ms: normal noise around the arm's mean, drawn from the experiment's seed and the run's place in it. */
export function serviceTimeOf(setting: Setting, seed: number, run: PlannedRun): number {
  const noise = Math.max(0.2, 1 + setting.cv * normal(hash32(seed, NOISE, run.order), NOISE, 0))
  return MEAN_MS * noise * (run.arm === 'candidate' ? setting.ratio : 1)
}
