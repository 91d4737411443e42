import { expect, test } from 'vitest'
import { endsEarly } from '../../src/cli/endsEarly.ts'
import type { ArmName } from '../../src/model/experiment.ts'
import type { RunResult } from '../../src/model/result.ts'
import { failedRun, input, loadResult, slo, testCase, validRun } from '../report/experiment.fixture.ts'

const { plan } = input([], [testCase({ slo: [slo('mllp.response.p50', '<', 5, '< 5 ms')] })])
const ofArm = (arm: ArmName, result: RunResult): RunResult => ({ ...result, run: { ...result.run, arm } })
const slow = validRun(0, [loadResult([10, 10, 10])])
const fast = validRun(0, [loadResult([1, 1, 1])])
const invalid = { ...fast, state: 'invalid', reasons: ['paused'] } as RunResult

test('an experiment ends for an SLO that a run misses by itself, or in which the target failed, but never of a baseline', () => {
  const ends = (arm: ArmName, result: RunResult) => endsEarly({ abortOn: ['slo'] }, plan, ofArm(arm, result))
  expect(ends('candidate', slow)).toBe(true)
  expect(ends('only', slow)).toBe(true)
  expect(ends('baseline', slow)).toBe(false)
  expect(ends('candidate', failedRun(0, 'died'))).toBe(true)
  expect(ends('baseline', failedRun(0, 'died'))).toBe(false)
  expect(ends('candidate', fast)).toBe(false)
  expect(ends('candidate', invalid)).toBe(false)
})

test('an experiment ends for an invalid run of either arm, and for nothing that was not asked for', () => {
  expect(endsEarly({ abortOn: ['invalid'] }, plan, ofArm('baseline', invalid))).toBe(true)
  expect(endsEarly({ abortOn: ['invalid'] }, plan, slow)).toBe(false)
  expect(endsEarly({}, plan, slow)).toBe(false)
  expect(endsEarly({}, plan, invalid)).toBe(false)
})
