import fc from 'fast-check'
import { expect, test } from 'vitest'
import { experimentId, planBlock, planExperiment } from '../../src/experiment/plan.ts'
import type { Case } from '../../src/model/experiment.ts'

const cases = (count: number): Case[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `case-${i}`,
    scenario: {} as Case['scenario'],
    levels: {},
    digest: String(i),
  }))

test('every block holds every case once, and every case has an execution in every block', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.integer(), (count, runs, seed) => {
      const plan = planExperiment('x', cases(count), runs, seed)
      expect(plan.runs).toHaveLength(count * runs)
      for (let block = 0; block < runs; block++) {
        const ids = plan.runs.filter(run => run.block === block).map(run => run.caseId)
        expect(ids.sort()).toEqual(cases(count).map(each => each.id))
      }
      for (const each of cases(count)) {
        expect(plan.runs.filter(run => run.caseId === each.id).map(run => run.execution)).toEqual(
          Array.from({ length: runs }, (_, i) => i + 1),
        )
      }
    }),
  )
})

test('ids and keys are unique over the experiment, replacement blocks included', () => {
  const plan = planExperiment('20261122T000000Z-demo-000000', cases(3), 400, 7)
  const all = [...plan.runs, ...planBlock(plan.id, plan.cases, plan.seed, 400, 1)]
  expect(new Set(all.map(run => run.id)).size).toBe(all.length)
  expect(new Set(all.map(run => run.key)).size).toBe(all.length)
  for (const { key } of all) expect(key).toMatch(/^[0-9A-Z]{6}$/)
})

test('the order within blocks comes from the seed and differs between blocks', () => {
  const order = (seed: number) => planExperiment('x', cases(4), 10, seed).runs.map(run => run.caseId)
  expect(order(1)).toEqual(order(1))
  expect(order(1)).not.toEqual(order(2))
  const blocks = Array.from({ length: 10 }, (_, block) =>
    order(1)
      .slice(block * 4, block * 4 + 4)
      .join(),
  )
  expect(new Set(blocks).size).toBeGreaterThan(1)
})

test('runs of one block share a seed, runs of different blocks do not', () => {
  const { runs } = planExperiment('x', cases(2), 3, 1)
  expect(runs[0]!.seed).toBe(runs[1]!.seed)
  expect(new Set(runs.map(run => run.seed)).size).toBe(3)
})

test('an experiment id sorts by time and is fit for a file name', () => {
  expect(experimentId(new Date('2026-11-22T21:05:00.123Z'), 'VPN gateway/α', 0xabcdef12)).toBe(
    '20261122T210500Z-vpn-gateway-abcdef',
  )
})
