import { setTimeout as sleep } from 'node:timers/promises'
import { aroundEvents } from '../ledger/around.ts'
import type { AuditedLoad } from '../ledger/audit.ts'
import { Fates } from '../ledger/fate.ts'
import type { DrillFelt, DrillResult } from '../model/drill.ts'
import type { Clone, CloneDrills } from '../model/environment.ts'
import type { Case, PlannedRun } from '../model/experiment.ts'
import type { GeneratorPlan, GeneratorResult } from '../model/generator.ts'
import { carries } from '../scenario/checkDrills.ts'
import type { LoadContent } from '../scenario/content.ts'
import { createIdentity } from '../workload/identity.ts'
import { UNPACED_GAP_MS } from '../workload/messageGap.ts'
import type { StreamOptions } from '../workload/streamOptions.ts'
import { auditedOf, messageOf } from './digests.ts'

/** The others feel what is done to a gateway for a while after it is done. */
const LEAST_WINDOW_MS = 1_000

type Performed = Awaited<ReturnType<CloneDrills['add']>>

/** The drills of one run. */
export interface Drilling {
  /** The target answers, and nothing loads it yet: what the drills add must not be there. Throws EnvironmentError where it is. */
  proveClosed(): Promise<void>
  /** The load has begun: each drill at its time from now on. */
  begin(): void
  /** Once all are done. */
  performed(): Promise<readonly Performed[]>
  /** What the drills sent, for the audit. */
  audited(performed: readonly Performed[]): readonly AuditedLoad[]
  /** Ends what has not begun, and makes the clone what it was before. */
  end(): Promise<void>
}

const NONE: Drilling = {
  proveClosed: async () => {},
  begin: () => {},
  performed: async () => [],
  audited: () => [],
  end: async () => {},
}

interface DrillingOptions {
  readonly run: PlannedRun
  readonly testCase: Case
  readonly contents: readonly LoadContent[]
  readonly clone: Clone
}

/** Takes from the clone what drills are to add. Throws EnvironmentError where it cannot. */
export async function prepareDrills({ run, testCase, contents, clone }: DrillingOptions): Promise<Drilling> {
  const { scenario } = testCase
  const { drills = [], load: loads, phases } = scenario
  const additions = clone.drills
  if (additions === undefined) return NONE
  await additions.withhold().catch(async (error: unknown) => {
    // The first failure is the one to report.
    await additions.restore().catch(() => {})
    throw error
  })
  const ended = new AbortController()
  const source = loads.findIndex(carries)
  const factsOf = (which: number): StreamOptions => ({
    seed: run.seed,
    runKey: run.key,
    loadIndex: loads.length + which,
    epochMs: EPOCH_MS,
    gapMs: UNPACED_GAP_MS,
  })
  const perform = async (atMs: number, which: number) => {
    await sleep(phases.warmupMs + atMs, undefined, { signal: ended.signal })
    const facts = factsOf(which)
    return await additions.add(which, messageOf(contents[source]!, facts, 0), identityOf(facts).text(0))
  }
  let underWay: Promise<readonly Performed[]> = Promise.resolve([])
  return {
    proveClosed: additions.proveClosed,
    begin() {
      underWay = Promise.all(drills.map(({ atMs }, which) => perform(atMs, which)))
      // Nobody waits for it when the run fails.
      underWay.catch(() => {})
    },
    performed: () => underWay,
    audited: performed =>
      performed.map(({ error }, which) => ({
        fates: [fateOf(error)],
        identity: identityOf(factsOf(which)),
        ...auditedOf(loads[source]!, contents[source]!, factsOf(which)),
      })),
    async end() {
      ended.abort()
      await underWay.catch(() => {})
      await additions.restore()
    },
  }
}

/** Drills keep the time of their messages to themselves: 1 January 2026. */
const EPOCH_MS = Date.UTC(2026, 0, 1)
const identityOf = ({ runKey, loadIndex }: StreamOptions) => createIdentity(runKey, loadIndex)

function fateOf(error: string | null): Fates {
  const fates = new Fates()
  fates.set(0, error === null ? 'accepted' : 'unknown', 1)
  return fates
}

/** What came of the drills, and what the loads felt of each. */
export function drillResults(
  performed: readonly Performed[],
  plans: readonly (readonly GeneratorPlan[])[],
  results: readonly (readonly GeneratorResult[])[],
): { drills?: readonly DrillResult[] } {
  if (performed.length === 0) return {}
  const startMachineMs = results.flat().find(({ timeline }) => timeline)?.timeline?.startMachineMs ?? 0
  const windows = performed.map(({ machineMs, steps }) => windowOf(machineMs, steps.firstAck ?? null))
  const drills = performed.map(({ machineMs, ...drill }, which) => ({
    ...drill,
    atMs: machineMs - startMachineMs,
    felt: plans.flatMap((shares, load) => feltBy(shares, results[load]!, windows, windows[which]!)),
  }))
  return { drills }
}

/** Time of the machine that counts as during a drill, ms; its end excluded. */
interface Window {
  readonly fromMs: number
  readonly untilMs: number
}

const windowOf = (fromMs: number, firstAckMs: number | null): Window => ({
  fromMs,
  untilMs: fromMs + Math.max(LEAST_WINDOW_MS, firstAckMs ?? 0),
})

function feltBy(
  plans: readonly GeneratorPlan[],
  results: readonly GeneratorResult[],
  windows: readonly Window[],
  own: Window,
): DrillFelt[] {
  const { load, phases } = plans[0]!
  const timelines = results.flatMap(({ timeline }) => timeline ?? [])
  if (timelines.length < results.length || timelines.some(({ responses }) => responses === undefined)) return []
  const [fromMs, untilMs] = [phases.warmupMs, phases.warmupMs + phases.measureMs]
  const sideOf = (_link: number | null, atMs: number) => {
    if (atMs >= own.fromMs) return atMs < own.untilMs ? ('within' as const) : null
    // What another drill did to it is no part of the calm before.
    return windows.some(other => atMs >= other.fromMs && atMs < other.untilMs) ? null : ('rest' as const)
  }
  const { within, rest } = aroundEvents({
    shares: timelines.map(timeline => ({ timeline, sideOf })),
    ...{ fromMs, untilMs, timeoutMs: load.timeoutMs },
  })
  // Exchanges of the measured phase are counted, and no later ones.
  const endMs = Math.min(own.untilMs, timelines[0]!.startMachineMs + untilMs)
  return [{ load: load.name, windowMs: Math.max(0, endMs - own.fromMs), during: within, before: rest }]
}
