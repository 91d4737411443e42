import { expect, test } from 'vitest'
import type { DrillResult } from '../../src/model/drill.ts'
import type { RunResult } from '../../src/model/result.ts'
import type { Felt } from '../../src/model/tunnelEvent.ts'
import { networkNotes, networkReport } from '../../src/report/network.ts'
import { network as schema } from '../../src/report/schema.ts'
import { loadResult, validRun } from './experiment.fixture.ts'

const NETWORK = { topology: 'hub', hospitals: 4, tunnels: 4, mechanisms: {}, tunnelsUpMs: null, checks: [] }

const answered = (exchanges: number, p99Ms: number): Felt => ({ exchanges, p99Ms, p99AboveMs: null, unanswered: 0 })
const unanswered = (exchanges: number, count: number): Felt => ({
  ...{ exchanges, unanswered: count, p99Ms: null, p99AboveMs: 800 },
})
const NONE: Felt = { exchanges: 0, p99Ms: null, p99AboveMs: null, unanswered: 0 }

function drilled(order: number, during: Felt, before: Felt, windowMs = 1_000): RunResult {
  const drill: DrillResult = {
    ...{ do: 'add-tunnel', tunnel: 'hosp-3', port: 2101, closedBefore: 'no answer', atMs: 0, error: null },
    ...{ steps: { firstAck: 90 }, felt: [{ load: 'mllp', windowMs, during, before }] },
  }
  return { ...validRun(order, [loadResult([10])]), network: NETWORK, cloneId: 'c1', drills: [drill] } as RunResult
}

function renewed(order: number, within: Felt, rest: Felt): RunResult {
  const around = [{ load: 'mllp', windowMs: 500, within, rest }]
  const tunnelEvents = [{ tunnel: 'hosp-0', what: 'child-rekey' as const, atMs: 500 }]
  return { ...validRun(order, [loadResult([10])]), network: NETWORK, cloneId: 'c1', around, tunnelEvents } as RunResult
}

function notesOf(results: readonly RunResult[]): string {
  const network = networkReport(results)!
  schema.parse(network)
  return networkNotes({ network }).join('\n')
}

test('a p99 among exchanges without an answer is told as above the timeout, with how many there were', () => {
  expect(notesOf([drilled(0, unanswered(60, 1), answered(72, 7.2))])).toContain(
    'mllp: response p99 of the others > 800 ms (60 exchanges, 1 unanswered) in the 1 s from then, 7.20 ms (72 exchanges, 0 unanswered) before',
  )
  expect(notesOf([renewed(0, answered(50, 9), unanswered(400, 9))])).toContain(
    "mllp: response p99 9 ms (50 exchanges, 0 unanswered) meant to be sent within 500 ms of a renewal of their tunnel's keys, > 800 ms (400 exchanges, 9 unanswered) for the rest",
  )
})

test('runs with lost replies count as slower than any other in the median over runs', () => {
  const calm = answered(60, 7)
  const lossy = [drilled(0, unanswered(60, 1), calm), drilled(1, unanswered(60, 2), calm), drilled(2, calm, calm)]
  expect(notesOf(lossy)).toContain('others > 800 ms (180 exchanges, 3 unanswered)')
  expect(notesOf(lossy.slice(1).concat(drilled(3, answered(60, 9), calm)))).toContain(
    'others 9 ms (180 exchanges, 2 unanswered)',
  )
  const renewals = [renewed(0, unanswered(10, 1), calm), renewed(1, calm, calm), renewed(2, unanswered(10, 1), calm)]
  expect(notesOf(renewals)).toContain('mllp: response p99 > 800 ms (80 exchanges, 2 unanswered)')
})

test('a while without any exchange is told as that', () => {
  expect(notesOf([drilled(0, answered(4, 7), NONE, 95)])).toContain(
    'others 7 ms (4 exchanges, 0 unanswered) in the 95 ms from then, no exchange before',
  )
  expect(notesOf([renewed(0, answered(5, 7), NONE)])).toContain('no exchange for the rest')
  expect(notesOf([renewed(0, NONE, answered(5, 7))])).not.toContain('meant to be sent within')
})
