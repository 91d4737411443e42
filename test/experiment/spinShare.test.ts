import { expect, test } from 'vitest'
import { spinShareOf } from '../../src/experiment/spinShare.ts'
import type { Load } from '../../src/model/scenario.ts'
import { load } from '../report/experiment.fixture.ts'

const A_LITTLE = 0.2
const mllp = (overrides: Partial<Load> = {}) => load(overrides)
const fhir = (overrides: Partial<Load> = {}) => load({ protocol: 'fhir', name: 'fhir', ...overrides } as Partial<Load>)
const shares = (loads: readonly Load[], cores: number) => loads.map(each => spinShareOf(each, loads, cores))

test('a generator spins all the time only where it, its target and the rest of the machine have a core each', () => {
  expect([1, 2, 3, 4].map(cores => shares([mllp()], cores)[0])).toEqual([A_LITTLE, A_LITTLE, 1, 1])
})

test('each further generator wants a core of its own', () => {
  const three = [mllp({ generators: 3 })]
  expect([4, 5].map(cores => shares(three, cores)[0])).toEqual([A_LITTLE, 1])
})

test('loads count together, and each protocol has a target', () => {
  const both = [mllp(), fhir()]
  expect([4, 5].map(cores => shares(both, cores))).toEqual([
    [A_LITTLE, A_LITTLE],
    [1, 1],
  ])
  const one = [mllp(), mllp({ name: 'mllp-2' })]
  expect([3, 4].map(cores => shares(one, cores)[0])).toEqual([A_LITTLE, 1])
})

test('a closed loop has no schedule to hit, and what the scenario says of pacing holds on any machine', () => {
  const closed = mllp({ workload: { kind: 'closed', thinkMs: 0, records: null } })
  expect(shares([closed], 64)).toEqual([0])
  expect(shares([mllp({ pacing: 'sleep' })], 64)).toEqual([0])
  expect(shares([mllp({ pacing: 'spin' })], 1)).toEqual([1])
})
