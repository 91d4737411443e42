import { expect, test } from 'vitest'
import type { RunResult } from '../../src/model/result.ts'
import { networkNotes, networkReport } from '../../src/report/network.ts'
import { network as schema } from '../../src/report/schema.ts'
import { loadResult, validRun } from './experiment.fixture.ts'

const NETWORK = { topology: 'hub', hospitals: 4, tunnels: 4, mechanisms: {}, tunnelsUpMs: null, checks: [] }
const limited = (host: string, mbitPerSecondOut: number) => ({
  ...{ host, device: 'wan0', rateMbit: 2, mbitPerSecondOut, mbitPerSecondIn: 0.2 },
})

function notesOf(outs: readonly number[]): string {
  const results = outs.map(
    (out, order) =>
      ({
        ...validRun(order, [loadResult([10])]),
        ...{ network: NETWORK, cloneId: 'c1', limited: [limited('og0', 0.1), limited('hgw', out)] },
      }) as RunResult,
  )
  const network = networkReport(results)!
  schema.parse(network)
  return networkNotes({ network }).join('\n')
}

test('the fullest link of a limited rate is told, and from nine tenths of its limit on that it is a bottleneck', () => {
  expect(notesOf([1.5, 1.7, 1.9])).toMatch(
    /^wan0 of hgw carried 1.70 Mbit\/s out and 0.200 in, of 2 each way \(medians\)$/m,
  )
  expect(notesOf([1.5, 1.85, 1.9])).toMatch(/^wan0 of hgw carried 1.85 .*: the link is full, and a bottleneck$/m)
  expect(notesOf([1.9])).not.toContain('og0')
})
