import { expect, test } from 'vitest'
import { countersOf } from '../../src/environment/netns/links.ts'
import { linkTraffic, watchLinks } from '../../src/experiment/linkTraffic.ts'
import type { Clone } from '../../src/model/environment.ts'

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
  const bare = watchLinks({} as Clone)
  await bare.begin()
  expect(await bare.end()).toEqual({})
  const watch = watchLinks({ readLinks: async () => [counters('lan0', readings.shift()!)] } as unknown as Clone)
  await watch.begin()
  expect(await watch.end()).toEqual({ links: [counters('lan0', 7)] })
})
