import { hrtime } from 'node:process'
import type { ClockReading } from '../model/environment.ts'

const READINGS = 20

/** Reads both clocks close together, the narrowest of some readings. */
export function readClock(): ClockReading {
  let best: ClockReading = { toMachineMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY }
  for (let reading = 0; reading < READINGS; reading++) {
    const before = machineMs()
    const ownMs = performance.timeOrigin + performance.now()
    const after = machineMs()
    const uncertaintyMs = (after - before) / 2
    if (uncertaintyMs < best.uncertaintyMs) best = { toMachineMs: (before + after) / 2 - ownMs, uncertaintyMs }
  }
  return best
}

/** The machine's monotonic clock, ms. */
export function machineMs(): number {
  return Number(hrtime.bigint()) / 1e6
}
