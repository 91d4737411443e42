import type { ComparisonStage, ExperimentPlan, PlannedRun } from '../model/experiment.ts'
import { createRandom, hash32, shuffle } from '../workload/random.ts'

const RUN_SEEDS = 0x72756e73
const RUN_KEYS = 0x6b657973
const BLOCK_ORDER = 0x626c6f63
const KEY_DIGITS = 6
const KEYS = 36 ** KEY_DIGITS

/** `20261122T210500Z-demo-3f9a2c`: sorts by time, names the scenario, and two started at the same second differ. */
export function experimentId(startedAt: Date, scenarioName: string, nonce: number): string {
  const stamp = startedAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const words = scenarioName.toLowerCase().match(/[a-z0-9]+/g) ?? ['scenario']
  const name = words.join('-').slice(0, 40)
  return `${stamp}-${name}-${(nonce >>> 8).toString(16).padStart(6, '0')}`
}

/** What decides the runs of an experiment, all but their number. */
export type Design = Pick<ExperimentPlan, 'id' | 'cases' | 'arms' | 'seed'>

/** Which block of a design. */
export interface BlockPlace {
  readonly block: number
  readonly stage: ComparisonStage
  /** 0 for a planned block, 1.. for the replacements at the end of its stage. */
  readonly replacement: number
}

/** The blocks of stage 1. */
export function planExperiment(design: Design, runs: number): ExperimentPlan {
  return { ...design, runs: planBlocks(design, 0, 1, runs) }
}

/** `count` blocks from block `from` on. */
export function planBlocks(design: Design, from: number, stage: ComparisonStage, count: number): PlannedRun[] {
  return Array.from({ length: count }, (_, index) =>
    planBlock(design, { block: from + index, stage, replacement: 0 }),
  ).flat()
}

/**
 * The runs of one block, in an order drawn from the seed: every case once, and of each case both arms one after the other, so that the
 * two of a pair share as much of their time as they can. Runs of a block share a seed, so that all are set against each other
 * under the same arrivals and data.
 */
export function planBlock({ id, cases, arms, seed }: Design, { block, stage, replacement }: BlockPlace): PlannedRun[] {
  const random = createRandom(hash32(seed, BLOCK_ORDER, block))
  const order = shuffle([...cases], random).flatMap(({ id: caseId }) =>
    shuffle([...arms], random).map(({ name: arm }) => ({ caseId, arm })),
  )
  return order.map((each, place) => {
    const position = block * order.length + place
    return {
      ...placed({ id }, position, block),
      ...each,
      stage,
      seed: hash32(seed, RUN_SEEDS, block),
      replacement,
    }
  })
}

/** Where a trial of a search stands. */
export interface TrialPlace {
  readonly caseId: string
  /** In the experiment, from 0. */
  readonly position: number
  /** From 0. */
  readonly clone: number
  /** Among the trials of its case, from 1. */
  readonly execution: number
}

/** A trial of a search, planned when what came before is known. */
export function planTrial(
  design: Pick<Design, 'id' | 'seed'>,
  { caseId, position, clone, execution }: TrialPlace,
): PlannedRun {
  const seed = hash32(design.seed, RUN_SEEDS, position)
  return { ...placed(design, position, clone), execution, caseId, arm: 'only', stage: 1, seed, replacement: 0 }
}

function placed({ id }: Pick<Design, 'id'>, position: number, block: number) {
  return {
    id: `r${String(position + 1).padStart(4, '0')}`,
    block,
    order: position,
    execution: block + 1,
    key: runKey(id, position),
  }
}

/** Six base-36 digits; the position is added to a hash of the experiment, so that no two runs of an experiment share one. */
function runKey(experiment: string, position: number): string {
  const letters = Array.from(experiment, letter => letter.charCodeAt(0))
  const low = letters.reduce((hash, letter) => hash32(hash, RUN_KEYS, letter), 0)
  const high = letters.reduce((hash, letter) => hash32(hash, RUN_SEEDS, letter), 0)
  const number = ((high % 0x10000) * 0x100000000 + low + position) % KEYS
  return number.toString(36).toUpperCase().padStart(KEY_DIGITS, '0')
}
