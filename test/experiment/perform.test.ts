import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type PerformOptions, perform } from '../../src/experiment/perform.ts'
import { planExperiment } from '../../src/experiment/plan.ts'
import type { Arm } from '../../src/model/experiment.ts'
import type { RunResult } from '../../src/model/result.ts'
import type { Scenario } from '../../src/model/scenario.ts'
import { compileMessages } from '../../src/workload/hl7/compiled.ts'
import { arm, scenario, testCase } from '../report/experiment.fixture.ts'
import { type Script, type Scripted, scriptedProvisioner } from './scriptedClone.ts'

const folder = mkdtempSync(join(tmpdir(), 'hl7bench-perform-'))
afterAll(() => rmSync(folder, { recursive: true }))

const content = {
  compiled: compileMessages({
    kind: 'mix',
    version: '2.5.1',
    mix: { 'ADT^A01': 1 },
    sizes: 'template',
    charset: 'ascii',
    population: 1,
    skew: 0,
  }),
  code: null,
  module: null,
}
const BOTH = [arm('baseline'), arm('candidate')]
const fine: Script = { accepted: 100 }
const paused: Script = { accepted: 100, pauseMs: 60_000 }

interface Setting extends Partial<PerformOptions> {
  readonly scripted: Scripted
  readonly runs?: number
  readonly caseIds?: readonly string[]
  readonly arms?: readonly Arm[]
  readonly scenarioOf?: (caseId: string) => Partial<Scenario>
}

async function performed(setting: Setting) {
  const { scripted, runs = 5, caseIds = ['demo'], arms = [arm('only')], scenarioOf = () => ({}), ...rest } = setting
  const cases = caseIds.map(id => testCase(scenarioOf(id), id))
  const finished: RunResult[] = []
  const end = await perform({
    plan: planExperiment({ id: 'x', cases, arms, seed: 1 }, runs),
    armed: each => each,
    needsConfirmation: () => false,
    wanted: runs,
    finished: [],
    contents: new Map(cases.map(({ id }) => [id, scenario().load.map(() => content)])),
    provisioner: scripted.provisioner,
    folder,
    hooks: () => ({ prepare: async () => {}, cleanup: async () => {} }),
    signal: new AbortController().signal,
    deadlineMs: null,
    endsEarly: () => false,
    observer: { planned() {}, started() {}, ticked() {}, finished: async result => void finished.push(result) },
    ...rest,
  })
  return { ...end, finished, states: end.results.map(({ state }) => state) }
}

test('each block has a clone of its own, provisioned before and released after its runs', async () => {
  const scripted = scriptedProvisioner(() => fine)
  const { states } = await performed({ scripted, runs: 2 })
  expect(states).toEqual(['valid', 'valid'])
  expect(scripted.events).toEqual([
    'provision c0001',
    'start r0001',
    'stop r0001',
    'release c0001',
    'provision c0002',
    'start r0002',
    'stop r0002',
    'release c0002',
  ])
})

test('cases with the same environment share the clone of their block; another environment has its own', async () => {
  const shared = scriptedProvisioner(() => fine)
  await performed({ scripted: shared, runs: 1, caseIds: ['a', 'b'] })
  expect(shared.events.filter(event => event.startsWith('provision'))).toEqual(['provision c0001'])
  const apart = scriptedProvisioner(() => fine)
  const attached = { kind: 'attached', parallel: 1, mllp: { host: '127.0.0.1', port: 1 }, fhir: null } as const
  await performed({
    scripted: apart,
    runs: 1,
    caseIds: ['a', 'b'],
    scenarioOf: id => (id === 'b' ? { environment: attached } : {}),
  })
  expect(apart.events.filter(event => event.startsWith('provision'))).toHaveLength(2)
  expect(apart.events.filter(event => event.startsWith('release'))).toHaveLength(2)
})

test('an invalid run is replaced by a fresh block at the end', async () => {
  const { states, runs } = await performed({
    scripted: scriptedProvisioner(run => (run.id === 'r0002' ? paused : fine)),
  })
  expect(states).toEqual(['valid', 'invalid', 'valid', 'valid', 'valid', 'valid'])
  expect(runs.at(-1)).toMatchObject({ id: 'r0006', block: 5, execution: 6, replacement: 1 })
})

test('replacements end at a fifth of the planned blocks', async () => {
  const { states, stopped } = await performed({ scripted: scriptedProvisioner(() => paused), runs: 10 })
  expect(states).toHaveLength(12)
  expect(stopped).toBe('replacements-used-up')
})

test('a failed provision is replaced; a run that the target failed stands', async () => {
  const provision = await performed({
    scripted: scriptedProvisioner(
      () => fine,
      cloneId => cloneId === 'c0003',
    ),
  })
  expect(provision.results[2]).toMatchObject({
    state: 'failed',
    stage: 'provision',
    fault: 'environment',
    error: 'no machine to be had',
  })
  expect(provision.states).toHaveLength(6)
  const target = await performed({
    scripted: scriptedProvisioner(run => (run.id === 'r0003' ? 'cannot-connect' : fine)),
  })
  expect(target.results[2]).toMatchObject({ state: 'failed', stage: 'connect', fault: 'target' })
  expect(target.states).toHaveLength(5)
})

test('a generator that dies fails the run with its exit code, and the clone is released', async () => {
  const scripted = scriptedProvisioner(run => (run.id === 'r0002' ? 'exits' : fine))
  const { results } = await performed({ scripted, runs: 2 })
  expect(results[1]).toMatchObject({ state: 'failed', fault: 'harness', error: 'the generator ended with code 7' })
  expect(scripted.events.filter(event => event === 'release c0002')).toHaveLength(1)
})

test('when the first run gets nowhere near a load, the others are not tried', async () => {
  const { states, stopped } = await performed({ scripted: scriptedProvisioner(() => 'cannot-connect') })
  expect(states).toEqual(['failed'])
  expect(stopped).toBe('hopeless')
})

test('what an earlier session finished is not repeated', async () => {
  const before = await performed({ scripted: scriptedProvisioner(() => fine), runs: 5 })
  const scripted = scriptedProvisioner(() => fine)
  const { results } = await performed({ scripted, runs: 5, finished: before.results.slice(0, 3) })
  expect(scripted.events.filter(event => event.startsWith('start'))).toEqual(['start r0004', 'start r0005'])
  expect(results).toHaveLength(5)
})

test('a result is handed over and waited for before the next run begins', async () => {
  const order: string[] = []
  const scripted = scriptedProvisioner(() => fine)
  await performed({
    scripted,
    runs: 2,
    observer: {
      planned() {},
      started: run => void order.push(`started ${run.id}`),
      ticked() {},
      async finished({ run }) {
        await new Promise(resolve => setTimeout(resolve, 5))
        order.push(`finished ${run.id}`)
      },
    },
  })
  expect(order).toEqual(['started r0001', 'finished r0001', 'started r0002', 'finished r0002'])
})

test('the time of the release is in the result of the last run of its block', async () => {
  const { results } = await performed({ scripted: scriptedProvisioner(() => fine), runs: 1 })
  expect(results[0]!.timings.provisionMs).toBe(3)
  expect(results[0]!.timings.releaseMs).toBeGreaterThanOrEqual(1)
})

test('an abort ends the run at hand without a result, and releases its clone', async () => {
  const controller = new AbortController()
  const scripted = scriptedProvisioner(() => 'hangs')
  const ending = performed({ scripted, signal: controller.signal })
  setTimeout(() => controller.abort(new Error('interrupted')), 30)
  await expect(ending).rejects.toThrow('interrupted')
  expect(scripted.events).toEqual(['provision c0001', 'start r0001', 'stop r0001', 'release c0001'])
})

test('no run begins that would end after the deadline, but the first one of a session always does', async () => {
  const { states, stopped } = await performed({
    scripted: scriptedProvisioner(() => fine),
    deadlineMs: performance.now() - 1,
  })
  expect(states).toEqual(['valid'])
  expect(stopped).toBe('deadline')
})

test('a failing prepare fails the run before its target is started; cleanup runs also after a failure', async () => {
  const scripted = scriptedProvisioner(run => (run.id === 'r0001' ? 'exits' : fine))
  const cleaned: string[] = []
  await performed({
    scripted,
    runs: 2,
    hooks: run => ({ prepare: async () => {}, cleanup: async () => void cleaned.push(run.id) }),
  })
  expect(cleaned.slice(0, 2)).toEqual(['r0001', 'r0002'])
  const refused = scriptedProvisioner(() => fine)
  const { results } = await performed({
    scripted: refused,
    runs: 1,
    hooks: () => ({ prepare: async () => Promise.reject(new Error('no disk')), cleanup: async () => {} }),
  })
  expect(results[0]).toMatchObject({ state: 'failed', stage: 'prepare', error: 'no disk' })
  expect(refused.events.some(event => event.startsWith('start'))).toBe(false)
})

test('an abort, or the end of the target, does not wait for a population that is being loaded', async () => {
  const operation = { kind: 'read', resource: 'Patient', weight: 1 } as const
  const fhir = {
    protocol: 'fhir',
    operations: [operation],
    population: 10,
    skew: 0,
    charset: 'ascii',
    populate: 'before',
    parseShare: 0,
    compress: false,
    format: 'json',
    cache: 'default',
    retry: null,
    engine: 'own',
    auth: null,
    capability: 'check',
  } as const
  const { load, sut } = scenario()
  const scenarioOf = () => ({ load: [{ ...load[0]!, ...fhir }], sut: { ...sut, start: 'own' } })
  const controller = new AbortController()
  const aborted = performed({ scripted: scriptedProvisioner(() => 'hangs'), scenarioOf, signal: controller.signal })
  setTimeout(() => controller.abort(new Error('interrupted')), 30)
  await expect(aborted).rejects.toThrow('interrupted')
  const ending = scriptedProvisioner(
    () => 'hangs',
    () => false,
    Promise.resolve('the target ended'),
  )
  const { results } = await performed({ scripted: ending, scenarioOf, runs: 1 })
  expect(results[0]).toMatchObject({ state: 'failed', fault: 'target', error: 'the target ended' })
})

test('when results cannot be kept, blocks that are measured beside begin no further run', async () => {
  const scripted = scriptedProvisioner(() => fine)
  const ending = performed({
    scripted,
    runs: 20,
    scenarioOf: () => ({ environment: { kind: 'process', parallel: 2 } }),
    observer: {
      planned() {},
      started() {},
      ticked() {},
      finished: async ({ run }) => (run.id === 'r0001' ? Promise.reject(new Error('no space left')) : undefined),
    },
  })
  await expect(ending).rejects.toThrow('no space left')
  expect(scripted.events.filter(event => event.startsWith('start')).length).toBeLessThan(6)
})

test('a replacement block that a crash cut short is finished, not replaced in its turn', async () => {
  const caseIds = ['a', 'b']
  const invalidOnce = () => scriptedProvisioner(({ order }) => (order < 2 ? paused : fine))
  const whole = await performed({ scripted: invalidOnce(), caseIds, runs: 5 })
  expect(whole.results).toHaveLength(12)
  const resumed = await performed({ scripted: invalidOnce(), caseIds, runs: 5, finished: whole.results.slice(0, 11) })
  expect(resumed.stopped).toBe('complete')
  expect(resumed.results.at(-1)!.run).toEqual(whole.results.at(-1)!.run)
})

test('both arms of a block run one after the other in the same clone, each as its own case', async () => {
  const scripted = scriptedProvisioner(() => fine)
  const asked: string[] = []
  const { results } = await performed({
    scripted,
    runs: 2,
    arms: BOTH,
    armed: (each, name) => {
      asked.push(name)
      return each
    },
  })
  expect(results.map(({ cloneId }) => cloneId)).toEqual(['c0001', 'c0001', 'c0003', 'c0003'])
  expect(scripted.events.filter(event => event.startsWith('provision'))).toHaveLength(2)
  expect(new Set(asked)).toEqual(new Set(['baseline', 'candidate']))
})

test('an invalid run of one arm is replaced by a block of both, so that pairs stay pairs', async () => {
  const { results } = await performed({
    scripted: scriptedProvisioner(run => (run.id === 'r0003' ? paused : fine)),
    runs: 3,
    arms: BOTH,
  })
  expect(results).toHaveLength(8)
  expect(results.slice(6).map(({ run }) => [run.block, run.replacement])).toEqual([
    [3, 1],
    [3, 1],
  ])
})

test('what stage 1 suspects is confirmed on as many fresh blocks, with replacements of their own', async () => {
  const shown: number[] = []
  const { results, stopped } = await performed({
    scripted: scriptedProvisioner(run => (run.id === 'r0008' ? paused : fine)),
    runs: 3,
    arms: BOTH,
    needsConfirmation: stage1 => {
      shown.push(stage1.length)
      return true
    },
  })
  expect(shown).toEqual([6])
  expect(results.map(({ run }) => run.stage)).toEqual([...Array(6).fill(1), ...Array(8).fill(2)])
  expect(results.slice(12).map(({ run }) => run.replacement)).toEqual([1, 1])
  expect(stopped).toBe('complete')
})

test('a session that goes on in the middle of the confirmation repeats nothing and plans the same runs', async () => {
  const scripted = () => scriptedProvisioner(run => (run.id === 'r0002' ? paused : fine))
  const setting = { runs: 3, arms: BOTH, needsConfirmation: () => true }
  const whole = await performed({ ...setting, scripted: scripted() })
  const resumed = await performed({ ...setting, scripted: scripted(), finished: whole.results.slice(0, 11) })
  expect(resumed.finished).toHaveLength(3)
  expect(resumed.results.map(({ run }) => run)).toEqual(whole.results.map(({ run }) => run))
})
