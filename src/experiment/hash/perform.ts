import { entries } from '../../environment/entries.ts'
import { spawnGenerator } from '../../environment/generatorProcess.ts'
import { type Guarded, startGuarded } from '../../environment/guarded.ts'
import { processProvisioner } from '../../environment/process.ts'
import { sweepDead } from '../../environment/sweep.ts'
import type { HashTiming } from '../../generator/hash/timing.ts'
import { createRandom, hash32, shuffle } from '../../workload/random.ts'
import { type Hasher, openHasher } from './hasher.ts'
import { type Demand, planLadder, taskOf } from './ladder.ts'

/** `machine`: a process of this machine. `clone`: a process in a clone of the environment, provisioned afresh for every block. */
export const PLACES = ['machine', 'clone'] as const
export type Place = (typeof PLACES)[number]

/** One run of one rung. */
export interface HashRun extends HashTiming {
  readonly place: Place
  /** From 0. */
  readonly block: number
  readonly order: number
  /** ISO 8601 UTC. */
  readonly startedAt: string
}

export interface HashOptions {
  readonly experimentId: string
  readonly demand: Demand
  /** Iteration counts, ascending; null = found by a probe. */
  readonly ladder: readonly number[] | null
  /** Runs of every rung in every place. */
  readonly runs: number
  /** Least length of a run, ms. */
  readonly runMs: number
  readonly seed: number
  /** No block begins after it, ms on `performance.now`; null = no limit. */
  readonly deadlineMs: number | null
  readonly signal: AbortSignal
  readonly planned: (ladder: readonly number[], cores: number) => void
  readonly finished: (run: HashRun) => Promise<void>
}

export interface HashPerformed {
  readonly ladder: readonly number[]
  readonly cores: number
  readonly runs: readonly HashRun[]
  readonly leaks: readonly string[]
  readonly stopped: 'complete' | 'deadline' | 'interrupted'
}

const BLOCK = 0x68617368

/** Randomised blocks: every rung in every place once, in random order, each place by a process of its own. @throws HashError */
export async function performHash(options: HashOptions): Promise<HashPerformed> {
  await sweepDead()
  const guarded = await startGuarded({ experimentId: options.experimentId, kind: 'process' })
  const runs: HashRun[] = []
  let [ladder, cores] = [options.ladder ?? [], 0]
  let stopped: HashPerformed['stopped'] = 'complete'
  let leaks: readonly string[] = []
  try {
    const probing = await openHasher(await spawnGenerator(guarded, 'probe', entries.hasher))
    cores = probing.cores
    ladder = options.ladder ?? (await planLadder(probing, options.demand))
    probing.close()
    options.planned(ladder, cores)
    for (let block = 0; block < options.runs; block++) {
      if (options.signal.aborted) stopped = 'interrupted'
      else if (options.deadlineMs !== null && performance.now() > options.deadlineMs) stopped = 'deadline'
      if (stopped !== 'complete') break
      await performBlock(options, guarded, { block, ladder, runs })
    }
  } catch (error) {
    if (!options.signal.aborted) throw error
    stopped = 'interrupted'
  } finally {
    leaks = await guarded.close()
  }
  return { ladder, cores, runs, leaks, stopped }
}

interface Block {
  readonly block: number
  readonly ladder: readonly number[]
  readonly runs: HashRun[]
}

async function performBlock(options: HashOptions, guarded: Guarded, { block, ladder, runs }: Block): Promise<void> {
  const { seed, runMs, signal, finished } = options
  const random = createRandom(hash32(seed, BLOCK, block))
  const clone = await processProvisioner(guarded, { ...entries, generator: entries.hasher }).provision(null as never, {
    experimentId: options.experimentId,
    cloneId: `c${String(block + 1).padStart(4, '0')}`,
    signal,
  })
  try {
    const hashers: Readonly<Record<Place, Hasher>> = {
      machine: await openHasher(await spawnGenerator(guarded, `machine-${block}`, entries.hasher)),
      clone: await openHasher(await clone.spawnGenerator(0)),
    }
    const order = shuffle(
      PLACES.flatMap(place => ladder.map(iterations => ({ place, iterations }))),
      random,
    )
    for (const { place, iterations } of order) {
      signal.throwIfAborted()
      const startedAt = new Date().toISOString()
      const timing = await hashers[place].time(taskOf(iterations, hashers[place].cores, runMs))
      const run = { ...timing, place, block, order: runs.length, startedAt }
      runs.push(run)
      await finished(run)
    }
    for (const hasher of Object.values(hashers)) hasher.close()
  } finally {
    await clone.release()
  }
}
