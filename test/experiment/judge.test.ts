import { expect, test } from 'vitest'
import { whyInvalid } from '../../src/experiment/judge.ts'
import type { GeneratorHealth } from '../../src/model/generator.ts'
import type { LoadResult } from '../../src/model/result.ts'
import type { ValidityLimits } from '../../src/model/scenario.ts'

const limits: ValidityLimits = {
  maxLagShare: 0.1,
  minReadyShare: 0.99,
  maxPauseMs: 200,
  maxCpuShare: 0.95,
  maxStarvedShare: 0.2,
}
const healthy = {
  due: 1000,
  ready: 1000,
  connectionsWanted: 4,
  connectionsOpened: 4,
  localErrors: {},
  loopDelayMaxMs: 12,
  cpuShare: 0.3,
  loopBusyShare: 0.3,
  starvedShare: 0.01,
  pausedMs: 0,
  gcMs: 5,
} as unknown as GeneratorHealth

const at = (ms: number | null, aboveMs: number | null = null) => ({ ms, aboveMs, marked: false })

function load({
  lagMs = 0.2 as number | null,
  responseMs = 10 as number | null,
  workload = 'open' as 'open' | 'closed',
  health = {} as Partial<GeneratorHealth>,
  hash = null as LoadResult['hash'],
}): LoadResult {
  return {
    load: 'mllp',
    workload,
    hash,
    measuredMs: 1000,
    quantiles: { lag: { p50: at(lagMs) }, response: { p50: at(responseMs) } },
    generators: [{ ...healthy, ...health }],
  } as unknown as LoadResult
}

const reasons = (setting: Parameters<typeof load>[0]) => whyInvalid([load(setting)], limits)

test('an ordinary run is valid, though its tail of lag is long', () => {
  expect(reasons({})).toEqual([])
})

test('a saturated target leaves the run valid: waiting for it is not the generator’s doing', () => {
  expect(reasons({ responseMs: null, health: { ready: 1000 } })).toEqual([])
  expect(reasons({ responseMs: 5000 })).toEqual([])
})

test('half of the arrivals late by more than a tenth of the response is invalid', () => {
  expect(reasons({ lagMs: 1.01 })).toEqual(['mllp: p50 of lag 1.01 ms is more than 10 % of p50 of response 10.00 ms'])
  expect(reasons({ lagMs: 1 })).toEqual([])
})

test('a generator that did not get to 99 % of what was due is invalid', () => {
  expect(reasons({ health: { ready: 989 } })[0]).toContain('989 of 1000 due arrivals')
  expect(reasons({ health: { ready: 990 } })).toEqual([])
})

test('running out of ports, descriptors or memory is invalid, each code named', () => {
  expect(reasons({ health: { localErrors: { EMFILE: 3 } } })).toEqual([
    'mllp generator 0: 3 connections failed with EMFILE on this machine',
  ])
})

test('connections that could not be opened make the run another than was asked for: invalid', () => {
  expect(reasons({ health: { connectionsOpened: 1 } })).toEqual([
    'mllp generator 0: only 1 of 4 connections could be opened',
  ])
})

test('a closed loop that waited for a CPU whenever it did not use one was never idle: invalid', () => {
  expect(reasons({ workload: 'closed', health: { cpuShare: 0.72, starvedShare: 0.25 } })[0]).toContain(
    '97 % of the time',
  )
})

test('a pause of the event loop beyond the limit is invalid', () => {
  expect(reasons({ health: { loopDelayMaxMs: 300 } })[0]).toContain('paused for 300 ms')
})

test('waiting for a CPU beyond the limit is invalid, and not known is not held against the run', () => {
  expect(reasons({ health: { starvedShare: 0.3 } })[0]).toContain('waited for a CPU 30 % of the time')
  expect(reasons({ health: { starvedShare: null } })).toEqual([])
})

test('a closed loop that used its whole CPU is invalid; an open loop may spin', () => {
  expect(reasons({ workload: 'closed', health: { cpuShare: 0.99 } })[0]).toContain(
    'used or waited for a CPU 100 % of the time',
  )
  expect(reasons({ workload: 'open', health: { cpuShare: 0.99 } })).toEqual([])
})

test('a generator whose event loop was never idle is invalid, though it used little CPU; told once, by the CPU of a closed loop if that does', () => {
  const blocked = { cpuShare: 0.1, loopBusyShare: 0.97 }
  expect(reasons({ workload: 'closed', health: blocked })).toEqual([
    'mllp generator 0: its event loop was busy 97 % of the time, more than 95 %',
  ])
  expect(reasons({ workload: 'closed', health: { ...blocked, cpuShare: 0.99 } })).toEqual([
    'mllp generator 0: used or waited for a CPU 100 % of the time, more than 95 %',
  ])
  expect(reasons({ workload: 'closed', health: { loopBusyShare: 0.95 } })).toEqual([])
  expect(reasons({ workload: 'open', health: blocked })).toEqual([
    'mllp generator 0: its event loop was busy 97 % of the time, more than 95 %',
  ])
})

test('less lag than 0.2 ms is no reason, however fast the target is', () => {
  expect(reasons({ lagMs: 0.2, responseMs: 0.3 })).toEqual([])
  expect(reasons({ lagMs: 0.21, responseMs: 0.3 })).toHaveLength(1)
})

test('hashing that the load declares is the client’s own work: its CPU is not held against the run', () => {
  const hash = { iterations: 1_000, threads: 2, records: 10, threadMs: 9, p50Ms: 1, p99Ms: 1 }
  const health = { cpuShare: 1.9, starvedShare: 0.6, loopBusyShare: 1 }
  expect(reasons({ workload: 'closed', hash, health })).toEqual([])
  expect(reasons({ workload: 'closed', hash, health: { ...health, loopDelayMaxMs: 900 } })).toHaveLength(1)
})

test('many short pauses, or much garbage collection, add up: invalid', () => {
  expect(reasons({ health: { pausedMs: 190 } })).toEqual([])
  expect(reasons({ workload: 'closed', health: { pausedMs: 210 } })).toEqual([
    'mllp generator 0: was paused, 10 ms and more at a time, for 21 % of the time, more than 20 %',
  ])
  expect(reasons({ health: { gcMs: 400 } })[0]).toContain('collected garbage for 40 % of the time')
})

test('where most arrivals got no answer, lag is set against the time that they waited at least', () => {
  const unanswered = { ...load({}), quantiles: { lag: { p50: at(900) }, response: { p50: at(null, 2000) } } }
  expect(whyInvalid([unanswered as unknown as LoadResult], limits)[0]).toContain('response beyond 2000.00 ms')
})

test('a closed loop that waited nearly as long for a CPU as it had one was slowed down: invalid, unless it was little', () => {
  expect(reasons({ workload: 'closed', health: { cpuShare: 0.2, starvedShare: 0.16 } })[0]).toContain('more than 15 %')
  expect(reasons({ workload: 'closed', health: { cpuShare: 0.25, starvedShare: 0.16 } })).toEqual([])
  expect(reasons({ workload: 'closed', health: { cpuShare: 0.05, starvedShare: 0.09 } })).toEqual([])
  const any = { ...limits, maxStarvedShare: 1, maxCpuShare: 64 }
  expect(whyInvalid([load({ workload: 'closed', health: { cpuShare: 0.2, starvedShare: 0.7 } })], any)).toEqual([])
  expect(reasons({ workload: 'open', health: { cpuShare: 0.15, starvedShare: 0.16 } })).toEqual([])
})
