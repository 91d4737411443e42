import { setTimeout as sleep } from 'node:timers/promises'
import { endToEndOf } from '../ledger/endToEnd.ts'
import { Fates } from '../ledger/fate.ts'
import { Follower } from '../ledger/follow.ts'
import { machineMs } from '../ledger/machineClock.ts'
import type { Audit } from '../model/audit.ts'
import type { DownstreamReceiver } from '../model/downstream.ts'
import type { RunningTarget } from '../model/environment.ts'
import type { GeneratorPlan, GeneratorResult } from '../model/generator.ts'
import type { LoadResult } from '../model/result.ts'
import type { Scenario } from '../model/scenario.ts'
import type { LoadContent } from '../scenario/content.ts'
import { typeMatcher } from '../workload/hl7/typePattern.ts'
import { createIdentity } from '../workload/identity.ts'
import { followedOf } from './digests.ts'

const POLL_MS = 20
/** How long nothing more may come before all is taken to be there. */
const QUIET_MS = 250
/** Of the audit, what comes too often or in the wrong place: an engine may send it again when a timer of its own rings. */
const SURPLUS = ['audit.duplicated', 'audit.misrouted', 'audit.foreign']

export interface FollowOptions {
  readonly scenario: Scenario
  /** By load, and by generator of it. */
  readonly plans: readonly (readonly GeneratorPlan[])[]
  readonly results: readonly (readonly GeneratorResult[])[]
  readonly contents: readonly LoadContent[]
  readonly target: RunningTarget
}

/** The messages of a run on their way through a SUT that forwards. */
export interface Following {
  /** Waits, at most the drain of the scenario, until what was accepted has arrived and nothing more comes; the whole drain where an SLO asks for what may come late. */
  settle(): Promise<void>
  /** What became of every message; the receivers have ended. */
  audit(): Audit
  /** The loads with their times from end to end. */
  timed(loads: readonly LoadResult[]): readonly LoadResult[]
}

export function follow({ scenario, plans, results, contents, target }: FollowOptions): Following {
  const loads = plans.map((shares, load) => {
    const { seed, runKey, loadIndex, epochMs, gapMs } = shares[0]!
    return {
      fates: results[load]!.map(({ ledger }) => Fates.decode(ledger)),
      identity: createIdentity(runKey, loadIndex),
      ...followedOf(contents[load]!, { seed, runKey, loadIndex, epochMs, gapMs }),
    }
  })
  const declared = scenario.sut.downstream?.receivers ?? []
  const receivers = target.downstream.map(({ name, arrivalsFile, clock }, i) => ({
    name,
    arrivalsFile,
    copies: copiesOf(declared[i]!),
    comparesBody: declared[i]!.body === 'unchanged',
    toMachineMs: clock.toMachineMs,
  }))
  const follower = new Follower(loads, receivers)
  let endMachineMs = machineMs()
  const look = () => {
    const seen = follower.read()
    endMachineMs = machineMs()
    return seen
  }

  return {
    async settle() {
      const { drainMs } = scenario.phases
      const quietMs = scenario.slo.some(({ metric }) => SURPLUS.includes(metric)) ? drainMs : QUIET_MS
      const deadlineMs = performance.now() + drainMs
      let quietSinceMs = performance.now()
      for (;;) {
        const nowMs = performance.now()
        if (look() > 0) quietSinceMs = nowMs
        if (nowMs >= deadlineMs || (follower.missing === 0 && nowMs - quietSinceMs >= quietMs)) return
        await sleep(POLL_MS)
      }
    },
    audit() {
      look()
      return follower.audit()
    },
    timed(measured) {
      const { warmupMs, measureMs } = scenario.phases
      return measured.map((load, index) => ({
        ...load,
        endToEnd: endToEndOf({
          follower,
          load: index,
          timelines: results[index]!.map(({ timeline }) => timeline!),
          fromMs: warmupMs,
          untilMs: warmupMs + measureMs,
          endMachineMs,
          clocks: target.downstream.map(({ clock }) => clock),
          lag: load.histograms.lag,
          maxLagShare: scenario.validity.maxLagShare,
        }),
      }))
    },
  }
}

/** How often a message of each type is to arrive. */
function copiesOf({ types, copies }: DownstreamReceiver): number | ((type: string) => number) {
  if (types.includes('*')) return copies
  const isSent = typeMatcher(types)
  return type => (isSent(type) ? copies : 0)
}
