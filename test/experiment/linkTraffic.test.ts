import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countersOf } from '../../src/environment/netns/links.ts'
import { linkTraffic, watchLinks } from '../../src/experiment/linkTraffic.ts'
import type { Clone } from '../../src/model/environment.ts'

const PHASES = { warmupMs: 20, measureMs: 300, drainMs: 5_000 }

const counters = (device: string, count: number) => ({
  ...{ host: 'gw', device, packetsIn: count, packetsOut: 2 * count, bytesIn: 100 * count, bytesOut: 300 * count },
})

test('what passed is the difference of two readings, and a link that was not there before is left out', () => {
  expect(linkTraffic([counters('lan0', 5)], [counters('lan0', 12), counters('wan0', 9)])).toEqual([counters('lan0', 7)])
})

test('counters are read as ip prints them, and what is none of its counts nothing', () => {
  const stats64 = { rx: { bytes: 100, packets: 1 }, tx: { bytes: 300, packets: 2 } }
  const printed = JSON.stringify([{ ifname: 'lo' }, { ifname: 'lan0', stats64 }])
  expect(countersOf('gw', printed)).toEqual([counters('lan0', 1)])
  expect(countersOf('gw', 'Object "link" is unknown')).toEqual([])
})

test('a clone without networks of its own has no traffic to tell, one with them what passed since the watch began', async () => {
  const readings = [3, 10]
  const bare = watchLinks({} as Clone, PHASES)
  await bare.begin()
  expect(await bare.end()).toEqual({})
  const clone = { readLinks: async () => [counters('lan0', readings.shift()!)] } as unknown as Clone
  const watch = watchLinks(clone, PHASES)
  await watch.begin()
  expect(await watch.end()).toEqual({ links: [counters('lan0', 7)] })
})

test('on links of a limited rate what passes is told for a second of the measured phase, whatever the drain', async () => {
  const bornMs = performance.now()
  const mostMs = PHASES.warmupMs + PHASES.measureMs
  // 100 bytes a millisecond come in, and three times as many go out, until nothing is sent any more.
  const read = async () => [counters('wan0', Math.min(performance.now() - bornMs, mostMs))]
  const watch = watchLinks({ readLinks: async () => [], limit: { rateMbit: 2, read } } as unknown as Clone, PHASES)
  await watch.begin()
  await sleep(900)
  const { limited } = await watch.end()
  expect(limited).toMatchObject([{ host: 'gw', device: 'wan0', rateMbit: 2 }])
  expect(limited![0]!.mbitPerSecondIn).toBeCloseTo(0.8, 1)
  expect(limited![0]!.mbitPerSecondOut).toBeCloseTo(2.4, 0)
})
