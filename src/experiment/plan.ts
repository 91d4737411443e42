import type { Case, ExperimentPlan, PlannedRun } from '../model/experiment.ts'
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

/** Randomised blocks: a block holds every case once, in an order drawn from the seed. */
export function planExperiment(id: string, cases: readonly Case[], runs: number, seed: number): ExperimentPlan {
  const blocks = Array.from({ length: runs }, (_, block) => planBlock(id, cases, seed, block, 0))
  return { id, seed, cases, runs: blocks.flat() }
}

/**
 * The runs of one block. Runs of a block share a seed, so that cases are set against each other under the same arrivals and data.
 * @param replacement 0 for a block of the plan, 1.. for the replacements at its end
 */
export function planBlock(
  id: string,
  cases: readonly Case[],
  seed: number,
  block: number,
  replacement: number,
): PlannedRun[] {
  const order = shuffle(
    cases.map((_, index) => index),
    createRandom(hash32(seed, BLOCK_ORDER, block)),
  )
  return order.map((index, place) => {
    const position = block * cases.length + place
    return {
      id: `r${String(position + 1).padStart(4, '0')}`,
      caseId: cases[index]!.id,
      block,
      order: position,
      execution: block + 1,
      seed: hash32(seed, RUN_SEEDS, block),
      key: runKey(id, position),
      replacement,
    }
  })
}

/** Six base-36 digits; the position is added to a hash of the experiment, so that no two runs of an experiment share one. */
function runKey(experiment: string, position: number): string {
  const letters = Array.from(experiment, letter => letter.charCodeAt(0))
  const low = letters.reduce((hash, letter) => hash32(hash, RUN_KEYS, letter), 0)
  const high = letters.reduce((hash, letter) => hash32(hash, RUN_SEEDS, letter), 0)
  const number = ((high % 0x10000) * 0x100000000 + low + position) % KEYS
  return number.toString(36).toUpperCase().padStart(KEY_DIGITS, '0')
}
