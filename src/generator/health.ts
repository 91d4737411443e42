import { openSync, readSync } from 'node:fs'
import { type EventLoopUtilization, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { Vitals } from '../model/generator.ts'

/** What the meters of the process and of the host say of a while. */
export type Metered = Omit<Vitals, 'loopDelayP99Ms' | 'loopDelayMaxMs' | 'pausedMs'>

/** More than the lines that are read of a file in /proc. */
const PROC_BYTES = 512
const bytes = Buffer.alloc(PROC_BYTES)

/** Opened before any connection and kept: where connections use up all descriptors, starvation must still show. */
const schedstat = openProc('/proc/self/schedstat')
const stat = openProc('/proc/stat')

/**
 * Reads the meters now and at `end`: a generator is a suspect in every result. `restart` = what was before does not count.
 * @param spunMs time so far in which the event loop waited by reading the clock, ms: it was not busy then
 */
export function watchMeters(spunMs: () => number): { restart(): void; end(): Metered } {
  let from = readMeters(spunMs)
  const collections = watchCollections()
  return {
    restart() {
      collections.restart()
      from = readMeters(spunMs)
    },
    end() {
      collections.stop()
      const to = readMeters(spunMs)
      const elapsedMs = Math.max(to.atMs - from.atMs, 1)
      return {
        cpuShare: (to.cpuMs - from.cpuMs) / elapsedMs,
        loopBusyShare: Math.max(
          0,
          performance.eventLoopUtilization(to.loop, from.loop).utilization - (to.spunMs - from.spunMs) / elapsedMs,
        ),
        starvedShare: to.waitedMs === null || from.waitedMs === null ? null : (to.waitedMs - from.waitedMs) / elapsedMs,
        stolenShare: shareStolen(from.host, to.host),
        gcMs: collections.totalMs(),
        gcMaxMs: collections.longestMs(),
        maxRssBytes: process.resourceUsage().maxRSS * 1024,
      }
    },
  }
}

function watchCollections() {
  let totalMs = 0
  let longestMs = 0
  const add = (entries: readonly PerformanceEntry[]) => {
    for (const { duration } of entries) {
      totalMs += duration
      longestMs = Math.max(longestMs, duration)
    }
  }
  const observer = new PerformanceObserver(list => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  const stop = () => {
    add(observer.takeRecords())
    observer.disconnect()
  }
  const restart = () => {
    observer.takeRecords()
    totalMs = 0
    longestMs = 0
  }
  return { restart, stop, totalMs: () => totalMs, longestMs: () => longestMs }
}

interface Meters {
  readonly atMs: number
  readonly cpuMs: number
  readonly loop: EventLoopUtilization
  readonly spunMs: number
  readonly waitedMs: number | null
  readonly host: HostTicks | null
}

interface HostTicks {
  readonly all: number
  readonly stolen: number
}

function readMeters(spunMs: () => number): Meters {
  const { user, system } = process.cpuUsage()
  return {
    atMs: performance.now(),
    cpuMs: (user + system) / 1000,
    loop: performance.eventLoopUtilization(),
    spunMs: spunMs(),
    waitedMs: readWaitedMs(),
    host: readHostTicks(),
  }
}

/** Second field of schedstat: ns spent waiting on a run queue (Linux Documentation/scheduler/sched-stats). */
function readWaitedMs(): number | null {
  const fields = readProc(schedstat)?.split(' ')
  return fields === undefined ? null : Number(fields[1]) / 1e6
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal guest guest_nice (guest is counted in user). */
function readHostTicks(): HostTicks | null {
  const fields = readProc(stat)?.split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number)
  return fields === undefined || fields.length < 8
    ? null
    : { all: fields.reduce((sum, ticks) => sum + ticks, 0), stolen: fields[7]! }
}

function shareStolen(from: HostTicks | null, to: HostTicks | null): number | null {
  if (from === null || to === null || to.all <= from.all) return null
  return (to.stolen - from.stolen) / (to.all - from.all)
}

/** Null = this machine has no such file, or none that can be read again. */
function openProc(file: string): number | null {
  try {
    const descriptor = openSync(file, 'r')
    readProc(descriptor)
    return descriptor
  } catch {
    return null
  }
}

/** The first bytes of a file in /proc as it is now. */
function readProc(descriptor: number | null): string | null {
  return descriptor === null ? null : bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, PROC_BYTES, 0))
}
