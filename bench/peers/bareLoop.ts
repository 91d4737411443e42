import type { Lag } from '../schedule/contender.ts'
import { finish, readMeters, readTask } from './measure.ts'

/*
 * The floor of lag on this core: a loop that does nothing but read the clock, and waits for each arrival of the schedule by spinning. How late
 * it sees an arrival is what the host and the kernel do to any program. It writes down the time, and reads its meters outside of the schedule.
 */
const { phases, content } = await readTask<{ ratePerSecond: number }>()
const { warmupMs, measureMs } = phases
const gapMs = 1000 / content.ratePerSecond
const lagMs = new Float64Array(Math.floor((warmupMs + measureMs) / gapMs)).fill(0)

const from = readMeters(0)
const startMs = performance.now()
for (let i = 0; i < lagMs.length; i++) {
  const dueMs = startMs + i * gapMs
  let nowMs = performance.now()
  while (nowMs < dueMs) nowMs = performance.now()
  lagMs[i] = nowMs - dueMs
}
const to = readMeters(0)

const measured = lagMs.subarray(Math.ceil(warmupMs / gapMs)).sort()
const at = (share: number) => measured[Math.max(0, Math.ceil(share * measured.length) - 1)]! * 1000
const lag: Lag = { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
const elapsedMs = to.atMs - from.atMs
finish({
  lag,
  cpuShare: (to.cpuMs - from.cpuMs) / elapsedMs,
  starvedShare: to.waitedMs === null || from.waitedMs === null ? null : (to.waitedMs - from.waitedMs) / elapsedMs,
})
