import type { GeneratorHealth } from '../model/generator.ts'
import type { LoadResult } from '../model/result.ts'
import type { ValidityLimits } from '../model/scenario.ts'
import { counted } from './exit.ts'

/** Most time that a closed loop may wait for a CPU, per second that it had one. */
const MOST_WAITED_FOR = 0.75
/**
 * Lag of less is never the reason that a run does not count, however fast the target: at a few messages a second to make one takes 0.1 ms, since
 * nothing of it is left in the processor's caches. Figures of which it is a large part are marked.
 */
const LEAST_LAG_MS = 0.2

/** Why a run does not count: every sign that a generator, not the target, was the limit. Empty = valid. */
export function whyInvalid(loads: readonly LoadResult[], limits: ValidityLimits): string[] {
  return loads.flatMap(load => [
    ...lagReasons(load, limits),
    ...load.generators.flatMap((health, index) =>
      healthReasons(load, health, limits).map(reason => `${load.load} generator ${index}: ${reason}`),
    ),
  ])
}

/** In a closed loop the intended time is the time of readiness: there is no lag to judge. */
function lagReasons(load: LoadResult, limits: ValidityLimits): string[] {
  if (load.workload === 'closed') return []
  const lagMs = load.quantiles.lag.p50.ms
  const { ms, aboveMs } = load.quantiles.response.p50
  // Where half of the arrivals got no answer, lag is set against the time that they are known to have waited.
  const responseMs = ms ?? aboveMs
  if (lagMs === null || responseMs === null) return []
  if (lagMs <= Math.max(LEAST_LAG_MS, limits.maxLagShare * responseMs)) return []
  return [
    `${load.load}: p50 of lag ${lagMs.toFixed(2)} ms is more than ${percent(limits.maxLagShare)} of p50 of response ${ms === null ? 'beyond ' : ''}${responseMs.toFixed(2)} ms`,
  ]
}

function healthReasons(load: LoadResult, health: GeneratorHealth, limits: ValidityLimits): string[] {
  const reasons: string[] = []
  if (health.due > 0 && health.ready < limits.minReadyShare * health.due) {
    reasons.push(
      `${health.ready} of ${health.due} due arrivals were made ready, fewer than ${percent(limits.minReadyShare)}`,
    )
  }
  if (health.connectionsOpened < health.connectionsWanted) {
    reasons.push(`only ${health.connectionsOpened} of ${health.connectionsWanted} connections could be opened`)
  }
  for (const [code, count] of Object.entries(health.localErrors))
    reasons.push(`${counted(count, 'connection')} failed with ${code} on this machine`)
  if (health.loopDelayMaxMs > limits.maxPauseMs) {
    reasons.push(`paused for ${health.loopDelayMaxMs.toFixed(0)} ms, longer than ${limits.maxPauseMs} ms`)
  }
  // Hashing is work that the scenario declares as the client's own, and is timed apart.
  if (load.hash !== null) return reasons
  // An open-loop generator may spin for precision: its CPU time says nothing.
  const busyShare = health.cpuShare + (health.starvedShare ?? 0)
  if (load.workload === 'closed' && busyShare > limits.maxCpuShare) {
    reasons.push(`used or waited for a CPU ${percent(busyShare)} of the time, more than ${percent(limits.maxCpuShare)}`)
  } else if (health.loopBusyShare > limits.maxCpuShare) {
    // Code that blocks without a CPU, in pauses too short to count as such; and in an open loop what makes messages wait for slots whose answers are read late.
    reasons.push(
      `its event loop was busy ${percent(health.loopBusyShare)} of the time, more than ${percent(limits.maxCpuShare)}`,
    )
  }
  const starvedShare = health.starvedShare ?? 0
  const mayWaitShare = load.workload === 'closed' ? mostWaiting(health, limits) : limits.maxStarvedShare
  if (starvedShare > mayWaitShare)
    reasons.push(`waited for a CPU ${percent(starvedShare)} of the time, more than ${percent(mayWaitShare)}`)
  for (const [what, ms] of [
    ['was paused, 10 ms and more at a time,', health.pausedMs],
    ['collected garbage', health.gcMs],
  ] as const) {
    const share = ms / Math.max(load.measuredMs, 1)
    // Pauses are watched for longer than the measured phase, so that the share of a short one can exceed 1.
    if (limits.maxStarvedShare < 1 && share > limits.maxStarvedShare)
      reasons.push(`${what} for ${percent(share)} of the time, more than ${percent(limits.maxStarvedShare)}`)
  }
  return reasons
}

/** A closed loop slows down with its generator: one that had to wait for nearly all the CPU time that it got was slowed down, though it was idle at times. */
function mostWaiting({ cpuShare }: GeneratorHealth, { maxStarvedShare }: ValidityLimits): number {
  // 1 = whatever the machine does.
  if (maxStarvedShare >= 1) return maxStarvedShare
  return Math.min(maxStarvedShare, Math.max(maxStarvedShare / 2, MOST_WAITED_FOR * cpuShare))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
