import { expect, test } from 'vitest'
import { exitOf, type Outcome } from '../../src/experiment/exit.ts'
import type { RunResult, Stage } from '../../src/model/result.ts'

const run = (caseId = 'a') => ({ caseId }) as RunResult['run']
const valid = (caseId?: string, accepted: readonly number[] = [5]) =>
  ({
    state: 'valid',
    run: run(caseId),
    loads: accepted.map((count, index) => ({ load: `load-${index}`, total: { accepted: count } })),
  }) as unknown as RunResult
const invalid = () => ({ state: 'invalid', reasons: ['paused'], run: run() }) as unknown as RunResult
const failed = (stage: Stage, fault: 'target' | 'environment' | 'harness' = 'target') =>
  ({ state: 'failed', stage, fault, error: 'because', run: run() }) as RunResult

const fine: Outcome = {
  results: [valid()],
  caseIds: ['a'],
  interrupted: false,
  slosFailed: 0,
  slosDeclared: 2,
  alarms: [],
  leaks: [],
  comparison: null,
}
const code = (outcome: Partial<Outcome>) => exitOf({ ...fine, ...outcome }).code

test('the reason counts in words that fit one as well as many', () => {
  const reason = (outcome: Partial<Outcome>) => exitOf({ ...fine, ...outcome }).reason
  expect([reason({ slosDeclared: 1 }), reason({ slosDeclared: 3 })]).toEqual(['the SLO was met', 'all 3 SLOs met'])
  expect(reason({ slosDeclared: 1, slosFailed: 1 })).toBe('1 of 1 SLO not met')
  expect(reason({ results: [valid(), failed('measure')] })).toBe('the target failed in 1 run')
  expect(reason({ leaks: ['x'] })).toBe('1 resource could not be removed')
})

test.each<[number, string, Partial<Outcome>]>([
  [0, 'all is well', {}],
  [0, 'some runs were invalid and enough are left', { results: [valid(), invalid()] }],
  [114, 'something leaked', { leaks: ['process 7'] }],
  [
    101,
    'a cleanup failed, though something leaked too',
    { results: [valid(), failed('cleanup', 'environment')], slosDeclared: 0, leaks: ['x'] },
  ],
  [
    99,
    'an SLO was missed, though a cleanup failed too',
    { slosFailed: 1, results: [valid(), failed('cleanup', 'environment')] },
  ],
  [99, 'an alarm was raised, though no SLO speaks of it', { alarms: ['total-above-expected'], slosDeclared: 0 }],
  [99, 'nothing was accepted, though no SLO speaks of it', { results: [valid('a', [0])], slosDeclared: 0 }],
  [99, 'of one load nothing was accepted in any run', { results: [valid('a', [9, 0]), valid('a', [9, 0])] }],
  [0, 'of one load nothing was accepted in one run', { results: [valid('a', [9, 0]), valid('a', [9, 1])] }],
  [99, 'nothing was accepted in one of two cases', { results: [valid('a'), valid('b', [0])], caseIds: ['a', 'b'] }],
  [99, 'the target failed in some run of a scenario with SLOs', { results: [valid(), failed('measure')] }],
  [
    0,
    'the target failed in some run and nothing was asked of it',
    { results: [valid(), failed('measure')], slosDeclared: 0 },
  ],
  [113, 'no run was valid, though SLOs were missed too', { results: [invalid()], slosFailed: 2 }],
  [113, 'one case has no valid run', { caseIds: ['a', 'b'] }],
  [113, 'nothing was run', { results: [] }],
  [113, 'the target died under the load in every run', { results: [failed('measure')] }],
  [100, 'no target could be provisioned', { results: [failed('provision', 'environment')] }],
  [100, 'no target could be reached', { results: [failed('connect')] }],
  [105, 'it was interrupted, whatever else', { interrupted: true, results: [], leaks: ['x'] }],
])('exit %i: %s', (expected, _, outcome) => {
  expect(code(outcome)).toBe(expected)
})

test('the reason of a failed start is in the exit reason', () => {
  expect(exitOf({ ...fine, results: [failed('start')] }).reason).toContain('because')
})

test.each<[number, string, Outcome['comparison'], Partial<Outcome>]>([
  [111, 'slower', { verdict: 'slower', answer: '', failOn: 'regression' }, {}],
  [
    111,
    'slower, though an SLO was missed too',
    { verdict: 'slower', answer: '', failOn: 'regression' },
    { slosFailed: 1 },
  ],
  [0, 'slower, and nothing is to fail', { verdict: 'slower', answer: '', failOn: 'never' }, {}],
  [0, 'not settled', { verdict: 'inconclusive', answer: '', failOn: 'regression' }, {}],
  [112, 'not settled, and that is to fail', { verdict: 'inconclusive', answer: '', failOn: 'inconclusive' }, {}],
  [
    99,
    'not settled, but an SLO was missed',
    { verdict: 'inconclusive', answer: '', failOn: 'inconclusive' },
    { slosFailed: 1 },
  ],
  [113, 'not judged', { verdict: 'insufficient', answer: '', failOn: 'regression' }, {}],
  [0, 'faster', { verdict: 'faster', answer: '', failOn: 'inconclusive' }, {}],
  [105, 'interrupted, though slower', { verdict: 'slower', answer: '', failOn: 'regression' }, { interrupted: true }],
])('a comparison ends with %i when it is %s', (expected, _, comparison, rest) => {
  expect(code({ comparison, ...rest })).toBe(expected)
})
