import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Design, experimentId, planBlock, planBlocks, planExperiment } from '../../src/experiment/plan.ts'
import type { Arm, Case } from '../../src/model/experiment.ts'
import { arm } from '../report/experiment.fixture.ts'

const cases = (count: number): Case[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `case-${i}`,
    scenario: {} as Case['scenario'],
    levels: {},
    digest: String(i),
  }))

const design = (count: number, seed: number, arms: readonly Arm[] = [arm('only')]): Design => ({
  id: 'x',
  cases: cases(count),
  arms,
  seed,
})

test('every block holds every case once, and every case has an execution in every block', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.integer(), (count, runs, seed) => {
      const plan = planExperiment(design(count, seed), runs)
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
  const plan = planExperiment({ ...design(3, 7), id: '20261122T000000Z-demo-000000' }, 400)
  const all = [...plan.runs, ...planBlock(plan, { block: 400, stage: 1, replacement: 1 })]
  expect(new Set(all.map(run => run.id)).size).toBe(all.length)
  expect(new Set(all.map(run => run.key)).size).toBe(all.length)
  for (const { key } of all) expect(key).toMatch(/^[0-9A-Z]{6}$/)
})

test('the order within blocks comes from the seed and differs between blocks', () => {
  const order = (seed: number) => planExperiment(design(4, seed), 10).runs.map(run => run.caseId)
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
  const { runs } = planExperiment(design(2, 1), 3)
  expect(runs[0]!.seed).toBe(runs[1]!.seed)
  expect(new Set(runs.map(run => run.seed)).size).toBe(3)
})

test('an experiment id sorts by time and is fit for a file name', () => {
  expect(experimentId(new Date('2026-11-22T21:05:00.123Z'), 'VPN gateway/α', 0xabcdef12)).toBe(
    '20261122T210500Z-vpn-gateway-abcdef',
  )
})

test('with two arms every block holds both of every case, one right after the other, in either order', () => {
  const runs = planBlocks(design(3, 5, [arm('baseline'), arm('candidate')]), 0, 1, 40)
  const firsts = new Map<string, number>()
  for (let at = 0; at < runs.length; at += 2) {
    const [one, other] = [runs[at]!, runs[at + 1]!]
    expect([one.caseId, one.block, one.seed]).toEqual([other.caseId, other.block, other.seed])
    expect([one.arm, other.arm].sort()).toEqual(['baseline', 'candidate'])
    firsts.set(one.arm, (firsts.get(one.arm) ?? 0) + 1)
  }
  expect(runs).toHaveLength(240)
  expect(Math.min(...firsts.values())).toBeGreaterThan(30)
})

test('the runs that confirm are fresh ones: other blocks, ids, keys and seeds', () => {
  const arms = [arm('baseline'), arm('candidate')]
  const plan = planExperiment(design(1, 5, arms), 30)
  const fresh = planBlocks(plan, 33, 2, 30)
  const all = [...plan.runs, ...fresh]
  expect(new Set(all.map(run => run.id)).size).toBe(120)
  expect(new Set(all.map(run => run.key)).size).toBe(120)
  expect(fresh.every(run => run.stage === 2)).toBe(true)
  expect(fresh.filter(run => plan.runs.some(({ seed }) => seed === run.seed))).toEqual([])
})
