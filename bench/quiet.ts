import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 200
const LONGEST_WAIT_MS = 5_000
const LEAST_IDLE_SHARE = 0.9

/** Waits until the machine has nothing else to do, but no longer than five seconds: benches run on shared machines too. */
export async function waitForQuiet(interrupted?: AbortSignal): Promise<void> {
  const untilMs = performance.now() + LONGEST_WAIT_MS
  let before = readTicks()
  while (before !== null && !interrupted?.aborted && performance.now() < untilMs) {
    await sleep(LOOK_MS)
    const now = readTicks()!
    if (now.idle - before.idle >= LEAST_IDLE_SHARE * (now.all - before.all)) return
    before = now
  }
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal; null where there is none. */
function readTicks(): { all: number; idle: number } | null {
  try {
    const ticks = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.trim().split(/\s+/).slice(1, 9).map(Number)
    return { all: ticks.reduce((sum, each) => sum + each, 0), idle: ticks[3]! + ticks[4]! }
  } catch {
    return null
  }
}
