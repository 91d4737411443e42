import type { ComparisonStage, ExperimentPlan, PlannedRun } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import { planBlock, planBlocks } from './plan.ts'

/** Invalid runs and failed provisions are replaced by fresh whole blocks, up to this share of the planned ones of a stage. */
export const MAX_REPLACEMENT_SHARE = 0.2

/** Every run of an experiment: those of the plan, and those that turn out to be needed. */
export class Schedule {
  readonly #plan: ExperimentPlan
  readonly #wanted: number
  readonly #runs: PlannedRun[]

  /** @param wanted valid runs per case; with two arms, valid pairs, in each stage */
  constructor(plan: ExperimentPlan, wanted: number) {
    this.#plan = plan
    this.#wanted = wanted
    this.#runs = [...plan.runs]
  }

  get runs(): readonly PlannedRun[] {
    return this.#runs
  }

  blocksOf(stage: ComparisonStage): PlannedRun[][] {
    const blocks = new Map<number, PlannedRun[]>()
    for (const run of this.#runs) {
      if (run.stage === stage) blocks.set(run.block, [...(blocks.get(run.block) ?? []), run])
    }
    return [...blocks.values()]
  }

  /** The fresh runs that confirm what stage 1 suspects. */
  planConfirmation(): PlannedRun[] {
    return this.#add(planBlocks(this.#plan, this.#nextBlock(), 2, this.#wanted))
  }

  /** The replacement blocks that an earlier session began: they are not in the plan, and it may not have come to their end. */
  planAgain(stage: ComparisonStage, finished: readonly RunResult[]): PlannedRun[] {
    const replaced = finished.filter(({ run }) => run.stage === stage && run.replacement > 0)
    const blocks = new Map(replaced.map(({ run }) => [run.block, run.replacement]))
    return [...blocks].flatMap(([block, replacement]) =>
      this.#add(planBlock(this.#plan, { block, stage, replacement })),
    )
  }

  /** A fresh block in place of one that does not count, or null when no more are allowed. */
  replace(stage: ComparisonStage): PlannedRun[] | null {
    const used = this.#runs.reduce((most, run) => (run.stage === stage ? Math.max(most, run.replacement) : most), 0)
    if (used >= Math.ceil(this.#wanted * MAX_REPLACEMENT_SHARE)) return null
    return this.#add(planBlock(this.#plan, { block: this.#nextBlock(), stage, replacement: used + 1 }))
  }

  /** A case is short of blocks in which every arm counts, and not because its target failed: those results stand. */
  isShort(stage: ComparisonStage, results: readonly RunResult[]): boolean {
    const counting = results.filter(result => result.run.stage === stage && !isReplaced(result))
    return this.#plan.cases.some(({ id }) => {
      const arms = new Map<number, number>()
      for (const { run } of counting) if (run.caseId === id) arms.set(run.block, (arms.get(run.block) ?? 0) + 1)
      return [...arms.values()].filter(count => count === this.#plan.arms.length).length < this.#wanted
    })
  }

  #nextBlock(): number {
    return this.#runs.reduce((next, { block }) => Math.max(next, block + 1), 0)
  }

  #add(runs: PlannedRun[]): PlannedRun[] {
    this.#runs.push(...runs)
    return runs
  }
}

/** Runs that do not count and are replaced: the harness or the environment was to blame. */
export function isReplaced(result: RunResult): boolean {
  return result.state === 'invalid' || (result.state === 'failed' && result.fault !== 'target')
}
