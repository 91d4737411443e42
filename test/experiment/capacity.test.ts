import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, describe as group, test } from 'vitest'
import { caseAt } from '../../src/experiment/capacity/caseAt.ts'
import { exitOfCapacity } from '../../src/experiment/capacity/exit.ts'
import { lossRatioOf } from '../../src/experiment/capacity/lossRatio.ts'
import { capacityConductor } from '../../src/experiment/capacity/perform.ts'
import { subjectsOf } from '../../src/experiment/capacity/subjects.ts'
import type { CapacityAim } from '../../src/model/capacity.ts'
import type { Case, PlannedRun } from '../../src/model/experiment.ts'
import type { NetnsEnvironment } from '../../src/model/netns.ts'
import type { RunResult } from '../../src/model/result.ts'
import type { OpenWorkload, Scenario } from '../../src/model/scenario.ts'
import type { IpsecVpn } from '../../src/model/topology.ts'
import { findingsOf } from '../../src/report/capacity/slos.ts'
import { caseDigest } from '../../src/scenario/digest.ts'
import { compileMessages } from '../../src/workload/hl7/compiled.ts'
import { arm, audit, load, loadResult, slo, testCase, validRun } from '../report/experiment.fixture.ts'
import { type Script, type Scripted, scriptedProvisioner } from './scriptedClone.ts'

const folder = mkdtempSync(join(tmpdir(), 'hl7bench-capacity-'))
afterAll(() => rmSync(folder, { recursive: true }))

const AIM: CapacityAim = {
  over: 'rate',
  load: 'mllp',
  own: 100,
  leastLoad: 1,
  firstLoad: 100,
  mostLoad: 100_000,
  lossRatio: 0.01,
  trialSeconds: 1,
  sumSeconds: 1,
  exceedRatio: 0,
  widthRatio: 0.02,
  clones: 2,
}
const digestOf = (derived: Scenario) => caseDigest(derived, null, '/')
const messages = { kind: 'mix', version: '2.5.1', mix: { 'ADT^A01': 1 }, sizes: 'template' } as const
const compiled = compileMessages({ ...messages, charset: 'ascii', population: 1, skew: 0 })
const IPSEC: IpsecVpn = {
  ...{ kind: 'ipsec', cipher: 'aes128gcm16', auth: 'psk', pfs: true },
  ...{ rekeySeconds: 3_600, dpdSeconds: 30, natTraversal: true },
}
const HUB: NetnsEnvironment = {
  ...{ kind: 'netns', parallel: 1, topology: 'hub', vpn: IPSEC, hospitals: 10, overlapping: 2 },
  link: { delayMs: 0, jitterMs: 0, lossRatio: 0, rateMbit: null, mtu: null },
  ...{ translatedBy: 'us', checks: 'every', cpus: { generators: null, gateways: null, targets: null } },
}

const loadOf = ({ caseId }: PlannedRun) => Number(/(?:ratePerSecond|hospitals)=([\d.]+)/.exec(caseId)![1])

/** A system that drops what comes beyond its capacity. */
const capacityOf =
  (perSecond: number) =>
  (run: PlannedRun): Script => {
    const accepted = Math.min(1_000, Math.round((1_000 * perSecond) / loadOf(run)))
    return { accepted, dropped: 1_000 - accepted }
  }

interface Setting {
  readonly scripted: Scripted
  readonly aim?: Partial<CapacityAim>
  readonly cases?: readonly Case[]
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Results of a session before. */
  readonly earlier?: readonly RunResult[]
}

async function searched({ scripted, aim = {}, cases = [testCase()], deadlineMs, signal, earlier = [] }: Setting) {
  const plan = { id: 'x', cases, arms: [arm('only')], seed: 1, runs: [] }
  const conductor = capacityConductor({
    plan,
    aim: { ...AIM, ...aim },
    digestOf,
    findingsOf,
    finished: earlier,
    tried() {},
  })
  const finished: RunResult[] = []
  const ending = conductor.perform({
    plan,
    armed: each => each,
    needsConfirmation: () => false,
    ...{ wanted: 0, finished: earlier, provisioner: scripted.provisioner, folder },
    contents: new Map(cases.map(({ id }) => [id, [{ compiled, code: null, module: null }]])),
    hooks: () => ({ prepare: async () => {}, cleanup: async () => {} }),
    signal: signal ?? new AbortController().signal,
    deadlineMs: deadlineMs ?? null,
    endsEarly: () => false,
    observer: { planned() {}, started() {}, ticked() {}, finished: async result => void finished.push(result) },
  })
  return { conductor, finished, end: await ending }
}

const provisions = ({ events }: Scripted) => events.filter(event => event.startsWith('provision'))

group('a search', () => {
  test('finds the capacity of a system on each clone, one clone for all its trials', async () => {
    const scripted = scriptedProvisioner(capacityOf(777))
    const { conductor, finished, end } = await searched({ scripted })
    expect(conductor.searches).toHaveLength(2)
    for (const { lower, upper, ended, trials } of conductor.searches) {
      // What is lost of the loads just above is within the goal.
      expect(lower! * 0.99).toBeLessThanOrEqual(777)
      expect(upper!).toBeGreaterThan(777)
      expect(upper! / lower!).toBeLessThanOrEqual(1.02)
      expect(ended).toBe('found')
      expect(trials.length).toBeGreaterThan(5)
    }
    expect(provisions(scripted)).toEqual(['provision c0001', 'provision c0002'])
    expect(scripted.events.filter(event => event.startsWith('release'))).toHaveLength(2)
    expect(end.stopped).toBe('complete')
    expect(new Set(finished.map(({ run }) => run.key)).size).toBe(finished.length)
    expect(conductor.caseOf(finished[0]!.run)).toMatchObject({
      id: 'demo[ratePerSecond=100,measureMs=1000]',
      levels: { 'load.mllp.workload.ratePerSecond': 100 },
    })
  })

  test('numbers the trials of each case from 1 on, over all clones', async () => {
    const { finished } = await searched({ scripted: scriptedProvisioner(capacityOf(777)), aim: { clones: 3 } })
    const cases = [...Map.groupBy(finished, ({ run }) => run.caseId).values()]
    expect(cases.some(trials => trials.length === 3)).toBe(true)
    for (const trials of cases) expect(trials.map(({ run }) => run.execution)).toEqual(trials.map((_, at) => at + 1))
  })

  test('of several cases takes turns, trial by trial, each on a clone of its own', async () => {
    const scripted = scriptedProvisioner(capacityOf(500))
    const cases = ['a', 'b'].map(name => testCase({ name }, name))
    const { finished } = await searched({ scripted, cases, aim: { clones: 1 } })
    const names = finished.map(({ run }) => run.caseId[0]!)
    expect(names.slice(0, 8)).toEqual(names[0] === 'a' ? [...'abababab'] : [...'babababa'])
    expect(provisions(scripted)).toHaveLength(2)
  })

  test('ends the way up where the generator is the limit twice at a load, and says so', async () => {
    const script = (run: PlannedRun): Script =>
      loadOf(run) > 500 ? { accepted: 80, dropped: 20, pauseMs: 60_000 } : { accepted: 100 }
    const { conductor } = await searched({ scripted: scriptedProvisioner(script), aim: { clones: 1 } })
    const [found] = conductor.searches
    expect(found).toMatchObject({ ended: 'generator-bound', upper: null })
    expect(found!.lower!).toBeLessThanOrEqual(500)
    expect(found!.lower! * 1.02).toBeGreaterThan(500)
  })

  test('a load whose messages were all answered in time was kept up with, though the generator was paused meanwhile', async () => {
    const script = (run: PlannedRun): Script =>
      loadOf(run) < 770 ? { accepted: 100, pauseMs: 60_000 } : capacityOf(777)(run)
    const { conductor, finished } = await searched({ scripted: scriptedProvisioner(script), aim: { clones: 1 } })
    const [found] = conductor.searches
    expect(finished.some(({ state }) => state === 'invalid')).toBe(true)
    expect(found!.ended).toBe('found')
    expect(found!.lower).toBeLessThanOrEqual(777 * 1.02)
    expect(found!.upper).toBeGreaterThan(777)
  })

  test('a single run in which the generator was the limit is tried again', async () => {
    const script = (run: PlannedRun): Script =>
      run.id === 'r0002' ? { accepted: 80, dropped: 20, pauseMs: 60_000 } : capacityOf(777)(run)
    const { conductor } = await searched({ scripted: scriptedProvisioner(script), aim: { clones: 1 } })
    expect(conductor.searches[0]).toMatchObject({ ended: 'found' })
    expect(conductor.searches[0]!.trials[1]).toMatchObject({ lossRatio: null, load: 200 })
    expect(conductor.searches[0]!.trials[2]).toMatchObject({ lossRatio: 0, load: 200 })
  })

  test('is taken up from the trials on record as if it had not been interrupted, on a fresh clone', async () => {
    const cases = ['a', 'b'].map(name => testCase({ name }, name))
    const whole = await searched({ scripted: scriptedProvisioner(capacityOf(777)), cases })
    const runsOf = (results: readonly RunResult[]) => results.map(({ run }) => run)
    for (const count of [0, 1, 5, whole.finished.length - 1, whole.finished.length]) {
      const scripted = scriptedProvisioner(capacityOf(777))
      const earlier = whole.finished.slice(0, count)
      const { conductor, finished } = await searched({ scripted, cases, earlier })
      expect(runsOf([...earlier, ...finished])).toEqual(runsOf(whole.finished))
      expect(conductor.searches.map(({ lower, upper, ended }) => ({ lower, upper, ended }))).toEqual(
        whole.conductor.searches.map(({ lower, upper, ended }) => ({ lower, upper, ended })),
      )
      expect(conductor.missingMs()).toBe(0)
      const used = new Set(earlier.map(({ cloneId }) => `provision ${cloneId}`))
      for (const made of provisions(scripted)) expect(used).not.toContain(made)
    }
  })

  test('is not taken up from trials that do not follow from it', async () => {
    const { finished } = await searched({ scripted: scriptedProvisioner(capacityOf(777)) })
    await expect(
      searched({ scripted: scriptedProvisioner(capacityOf(777)), earlier: [finished[0]!, finished[2]!] }),
    ).rejects.toThrow('does not follow from the trials before it')
  })

  test('is open where nothing up to the largest load is too much', async () => {
    const scripted = scriptedProvisioner(() => ({ accepted: 100 }))
    const { conductor } = await searched({ scripted, aim: { mostLoad: 1_000, clones: 1 } })
    expect(conductor.searches[0]).toMatchObject({ lower: 1_000, upper: null, ended: 'open' })
  })

  test('out of time ends in good order and tells what is missing', async () => {
    const scripted = scriptedProvisioner(capacityOf(777))
    const { conductor, end } = await searched({ scripted, deadlineMs: performance.now() })
    expect(end.stopped).toBe('deadline')
    expect(conductor.searches).toMatchObject([{ ended: 'cut short' }])
    expect(conductor.searches[0]!.trials).toHaveLength(1)
    expect(conductor.missingMs()).toBeGreaterThan(0)
    expect(scripted.events.at(-1)).toBe('release c0001')
  })

  test('ends at once when the first trial gets nowhere near a load', async () => {
    const { end } = await searched({ scripted: scriptedProvisioner(() => 'cannot-connect') })
    expect(end).toMatchObject({ stopped: 'hopeless', results: [{ state: 'failed' }] })
  })

  test('is given up after three runs that the harness failed; the next clone has its own', async () => {
    const script = (run: PlannedRun): Script => (run.block === 0 && run.order > 0 ? 'exits' : capacityOf(777)(run))
    const { conductor } = await searched({ scripted: scriptedProvisioner(script) })
    expect(conductor.searches.map(({ ended }) => ended)).toEqual(['failed', 'found'])
    expect(conductor.searches[0]!.trials).toHaveLength(4)
  })

  test('an abort keeps what was tried and releases the clone', async () => {
    const controller = new AbortController()
    const scripted = scriptedProvisioner(run => (run.order < 2 ? { accepted: 1 } : 'hangs'))
    const conducted = searched({ scripted, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('interrupted')), 50)
    await expect(conducted).rejects.toThrow('interrupted')
    expect(scripted.events.at(-1)).toBe('release c0001')
  })

  test('begins a trial that was cut short anew, without what its receiver had recorded', async () => {
    const aim = { mostLoad: 200, clones: 1 }
    const recordOf = (run: PlannedRun) => join(folder, 'runs', run.id, 'arrivals')
    const controller = new AbortController()
    const cut = scriptedProvisioner(run => {
      if (run.order < 1) return { accepted: 100 }
      writeFileSync(recordOf(run), 'of before')
      setTimeout(() => controller.abort(new Error('interrupted')), 50)
      return 'hangs'
    })
    await expect(searched({ scripted: cut, aim, signal: controller.signal })).rejects.toThrow('interrupted')
    const records: boolean[] = []
    const scripted = scriptedProvisioner(run => {
      records.push(existsSync(recordOf(run)))
      return { accepted: 100 }
    })
    const { finished } = await searched({ scripted, aim })
    expect(finished.length).toBeGreaterThan(1)
    expect(records).not.toContain(true)
  })

  test('over tunnels has a clone for each number of them', async () => {
    const scripted = scriptedProvisioner(capacityOf(25))
    const aim = { over: 'tunnels', own: 10, leastLoad: 1, firstLoad: 10, mostLoad: 1_000, clones: 1 } as const
    const { conductor } = await searched({ scripted, aim, cases: [testCase({ environment: HUB })] })
    expect(conductor.searches[0]).toMatchObject({ lower: 25, upper: 26 })
    const tried = conductor.searches[0]!.trials.map(each => each.load)
    expect(provisions(scripted)).toHaveLength(tried.length)
  })
})

group('a case at a load', () => {
  const at = (over: CapacityAim['over'], own: number, value: number, changes: Partial<Scenario> = {}) =>
    caseAt(testCase(changes), { ...AIM, over, own }, value, 2, digestOf).scenario
  const rateOf = (derived: Scenario) => (derived.load[0]!.workload as OpenWorkload).ratePerSecond

  test('is what run would measure with the load and the time set', () => {
    const derived = at('rate', 100, 512)
    expect(rateOf(derived)).toBe(512)
    expect(derived.phases.measureMs).toBe(2_000)
    expect(digestOf(derived)).not.toBe(digestOf(at('rate', 100, 511)))
  })

  test('feeds bring their share of messages, whether each has a rate of its own or all have one', () => {
    const together = at('feeds', 8, 16)
    expect([together.load[0]!.connections, rateOf(together)]).toEqual([16, 200])
    const { workload } = load()
    const perFeed = [load({ workload: { ...(workload as OpenWorkload), ratePerSecond: 2, perFeed: true } })]
    const apart = at('feeds', 8, 16, { load: perFeed })
    expect([apart.load[0]!.connections, rateOf(apart)]).toEqual([16, 2])
    expect(rateOf(at('rate', 16, 32, { load: perFeed }))).toBe(4)
  })

  test('tunnels bring their feeds, and no more overlap than there are', () => {
    const derived = at('tunnels', 10, 1, { environment: HUB, load: [load({ connections: 50, generators: 8 })] })
    expect(derived.environment).toMatchObject({ hospitals: 1, overlapping: 1 })
    expect(derived.load[0]).toMatchObject({ connections: 5, generators: 5 })
    expect(rateOf(derived)).toBe(10)
  })
})

group('what is searched beside', () => {
  const hub = { ...testCase({ environment: HUB }), digest: 'hub' }

  test('is the same without the VPN, once for all ciphers', () => {
    const other = { ...HUB, vpn: { ...IPSEC, cipher: 'aes256gcm16' } } as const
    const second = { ...testCase({ environment: other }, 'second'), digest: 'second' }
    const { cases, references } = subjectsOf([hub, second], true, digestOf)
    expect(cases).toHaveLength(3)
    expect(cases[2]).toMatchObject({
      id: 'demo[topology=direct]',
      scenario: { environment: { topology: 'direct', vpn: null, hospitals: 1 } },
    })
    expect([...references.values()]).toEqual([cases[2]!.id, cases[2]!.id])
  })

  test('is nothing without a VPN, or where it is not wanted', () => {
    expect(subjectsOf([testCase()], true, digestOf).cases).toHaveLength(1)
    expect(subjectsOf([hub], false, digestOf).cases).toEqual([hub])
  })
})

group('the loss ratio', () => {
  const measured = (responsesMs: readonly number[], unknown: number, found = audit()) =>
    validRun(0, [loadResult(responsesMs, unknown)], found) as Exclude<RunResult, { state: 'failed' }>

  test('counts what was not accepted and what came too late, of all that was intended', () => {
    const slos = [slo('mllp.response.p99', '<', 250, '< 250 ms')]
    expect(lossRatioOf(measured([10, 20, 30, 300], 0), slos)).toBe(0.25)
    expect(lossRatioOf(measured([10, 20, 30], 1), slos)).toBe(0.25)
    expect(lossRatioOf(measured([10, 20, 300], 1), slos)).toBe(0.5)
    expect(lossRatioOf(measured([10, 300], 0), [])).toBe(0)
  })

  test("counts what the receiver's record does not show", () => {
    const { terms } = audit()
    expect(lossRatioOf(measured([10, 20], 0, audit({ terms: { ...terms, lost: 1 } })), [])).toBe(0.5)
  })

  test('is all where nothing was intended', () => {
    expect(lossRatioOf(measured([], 0), [])).toBe(1)
  })
})

group('the exit code', () => {
  const fine = { id: 'a', kind: 'found', headroomShown: 1.5, peakClones: { counted: 6 }, unmeasured: [] } as const
  const of = (changes: object = {}, outcome: object = {}) =>
    exitOfCapacity({
      ...{ cases: [{ ...fine, ...changes }], results: [], interrupted: false, references: new Set<string>() },
      ...{ clones: 6, leaks: [] },
      ...outcome,
    }).code

  test('is the first that applies', () => {
    expect(of()).toBe(0)
    expect(of({ kind: 'generator-bound' })).toBe(0)
    expect(of({}, { leaks: ['x'] })).toBe(114)
    expect(of({ unmeasured: ['audit.lost = 0 (the target keeps no record of arrivals)'] })).toBe(99)
    expect(of({ headroomShown: 0.9 })).toBe(99)
    expect(of({ headroomShown: 0.9 }, { references: new Set(['a']) })).toBe(0)
    // A peak that some clones are missing to show.
    expect(of({ peakClones: { counted: 4 } })).toBe(113)
    expect(of({ peakClones: { counted: 4 }, headroomShown: 0.9 })).toBe(99)
    expect(of({ peakClones: null })).toBe(0)
    expect(of({ kind: 'below', headroomShown: null })).toBe(99)
    expect(of({ kind: 'none' })).toBe(113)
    expect(of({ kind: 'none' }, { interrupted: true })).toBe(105)
  })
})
