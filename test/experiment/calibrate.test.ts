import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { judgeAgreement, PAIRS_WANTED } from '../../src/experiment/calibrate/agreement.ts'
import { openBench } from '../../src/experiment/calibrate/bench.ts'
import { limitOf, measureClosed } from '../../src/experiment/calibrate/closed.ts'
import { expectedMs } from '../../src/experiment/calibrate/expected.ts'
import { MOST_DISTURBED } from '../../src/experiment/calibrate/open.ts'
import { measureParts } from '../../src/experiment/calibrate/perform.ts'
import { readCalibration, storeCalibration } from '../../src/experiment/calibrate/store.ts'
import type { PlannedRun } from '../../src/model/experiment.ts'
import { renderCalibration } from '../../src/report/calibration/terminal.ts'
import { ratioAgreement } from '../../src/stats/ratioAgreement.ts'
import { PLAIN } from '../report/experiment.fixture.ts'
import { type Script, scriptedProvisioner } from './scriptedClone.ts'

const folder = mkdtempSync(join(tmpdir(), 'hl7bench-calibrate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MACHINE = { cpuModel: 'a CPU', cores: 2, kernel: '6.1', node: 'v24', harness: '0.1.0' }
const settings = { runs: 7, measureMs: 1_000, widthRatio: 0.1, seed: 1, told: () => {} }

function benchOf(script: (run: PlannedRun) => Script) {
  const scripted = scriptedProvisioner(script)
  const signal = new AbortController().signal
  return {
    ...scripted,
    bench: openBench({ experimentId: 'x', provisioner: scripted.provisioner, folder, seed: 1, signal }),
  }
}

/** Rate that a run of the search asks for. */
const rateOf = ({ caseId }: PlannedRun) => Number(/open-(\d+)$/.exec(caseId)?.[1])

test('the closed figure is the median of all runs, with its interval; disturbed ones count and are counted', async () => {
  const { bench, events } = benchOf(({ id }) =>
    id === 'r0003' ? { accepted: 100, pauseMs: 60_000 } : { accepted: 1_000 + Number(id.slice(1)) },
  )
  const closed = await measureClosed(bench, 'mllp', { ...settings, ended: () => {} })
  expect(closed.throughputs).toEqual([1001, 1002, 100, 1004, 1005, 1006, 1007])
  expect(closed).toMatchObject({ throughputPerSecond: 1004, disturbed: 1, failed: 0, receiverCpuShare: null })
  expect(closed.interval).toEqual({ lower: 100, upper: 1007 })
  // The script says 0.1 s of CPU a second.
  expect(closed.cpuUsPerExchange).toBeCloseTo(100_000 / 1004)
  expect(events.filter(event => event.startsWith('release'))).toHaveLength(7)
})

test('the limit is told by the CPU shares of both', () => {
  expect([limitOf(0.97, 0.5), limitOf(0.5, 0.97), limitOf(0.97, 0.97), limitOf(0.5, 0.5), limitOf(0.5, null)]).toEqual([
    'generator',
    'receiver',
    'both',
    'neither',
    'unknown',
  ])
})

test('the open rate is the highest at which runs are valid and answered, found within the width asked for', async () => {
  const capacity = 3_300
  const { bench } = benchOf(run => {
    const rate = rateOf(run)
    if (Number.isNaN(rate)) return { accepted: 2_000 }
    return { accepted: Math.min(rate, capacity) }
  })
  const { mllp } = await measureParts(bench, { ...settings, parts: ['mllp'] })
  expect(mllp!.open.ratePerSecond).toBeLessThanOrEqual(capacity / 0.98)
  expect(mllp!.open.beyondPerSecond).toBeGreaterThan(capacity)
  expect(mllp!.open.beyondPerSecond! / mllp!.open.ratePerSecond!).toBeLessThanOrEqual(1.1)
  expect(mllp!.open).toMatchObject({
    irregular: false,
    reason: expect.stringContaining('the receiver answered 3300 of'),
  })
})

test('a run that its own evidence finds invalid is not kept, whatever was answered', async () => {
  const { bench } = benchOf(run => {
    const rate = rateOf(run)
    if (Number.isNaN(rate)) return { accepted: 2_000 }
    return rate > 1_500 ? { accepted: rate, pauseMs: 60_000 } : { accepted: rate }
  })
  const { mllp } = await measureParts(bench, { ...settings, parts: ['mllp'] })
  expect(mllp!.open.ratePerSecond).toBeLessThanOrEqual(1_500)
  expect(mllp!.open.reason).toContain('paused for 60000 ms')
})

/** Others use the machine in the runs of a rate that `whose` names, and then nothing is kept. */
function disturbedBench(whose: (rate: number, run: number) => boolean) {
  let runs = 0
  const { bench } = benchOf(run => {
    const rate = rateOf(run)
    return Number.isNaN(rate) ? { accepted: 2_000 } : { accepted: Math.min(rate, 1_500) }
  })
  return {
    ...bench,
    async run(what: Parameters<typeof bench.run>[0]) {
      const measurement = await bench.run(what)
      const { result } = measurement
      const rate = Number(/open-(\d+)/.exec(what.testCase.id)?.[1])
      if (Number.isNaN(rate) || !whose(rate, ++runs)) return { ...measurement, othersCpuShare: 0 }
      return {
        ...measurement,
        othersCpuShare: 0.9,
        result: { ...result, state: 'invalid', reasons: ['waited for a CPU'] } as typeof result,
      }
    },
  }
}

test('a rate that was not kept while other programs used the machine is tried again, and that is counted', async () => {
  const told: string[] = []
  const { mllp } = await measureParts(
    disturbedBench((_rate, run) => run <= 3),
    { ...settings, parts: ['mllp'], told: text => told.push(text) },
  )
  expect(mllp!.open.disturbed).toBe(3)
  expect(mllp!.open.ratePerSecond).toBeGreaterThan(1_300)
  expect(told.join('')).toContain('1000 /s disturbed by other programs (waited for a CPU)')
})

test('on a machine that stays busy the search ends with what it has: what others leave is not what a generator can do', async () => {
  const { mllp } = await measureParts(
    disturbedBench((_rate, run) => run > 2),
    { ...settings, parts: ['mllp'] },
  )
  expect(mllp!.open).toMatchObject({ ratePerSecond: 1_000, beyondPerSecond: null, isWhole: false })
  expect(mllp!.open).toMatchObject({ trials: 2, disturbed: MOST_DISTURBED + 1, reason: 'waited for a CPU' })
  const never = await measureParts(
    disturbedBench(() => true),
    { ...settings, parts: ['mllp'] },
  )
  expect(never.mllp!.open.ratePerSecond).toBeNull()
})

test('a rate that was not kept on a quiet machine counts at once', async () => {
  const { mllp } = await measureParts(
    disturbedBench(() => false),
    { ...settings, parts: ['mllp'] },
  )
  expect(mllp!.open).toMatchObject({ disturbed: 0, reason: expect.stringContaining('the receiver answered 1500 of') })
})

test('both engines are run in each block in random order, and the same figures agree', async () => {
  const { bench } = benchOf(() => ({ accepted: 800 }))
  const order: string[] = []
  const recording = {
    ...bench,
    run: (what: Parameters<typeof bench.run>[0]) => {
      order.push(what.testCase.id)
      return bench.run(what)
    },
  }
  const { agreement } = await measureParts(recording, { ...settings, parts: ['agreement'] })
  expect(agreement).toMatchObject({ pairs: 10, discarded: 0, verdict: 'agree', serviceMs: 20 })
  expect(agreement!.latencyP50!.interval).toEqual({ lower: 1, upper: 1 })
  const firsts = order.filter((_, index) => index % 2 === 0)
  expect(new Set(firsts).size).toBe(2)
  expect(order).toHaveLength(20)
})

test('pairs that do not count are measured anew, and without ten there is no verdict', async () => {
  const few = benchOf(({ id }) => (Number(id.slice(1)) > 8 ? { accepted: 800, pauseMs: 60_000 } : { accepted: 800 }))
  const { agreement } = await measureParts(few.bench, { ...settings, parts: ['agreement'] })
  expect(agreement).toMatchObject({ pairs: 4, discarded: 6, verdict: 'insufficient' })
  const once = benchOf(({ id }) => (id === 'r0001' ? { accepted: 800, pauseMs: 60_000 } : { accepted: 800 }))
  const mended = await measureParts(once.bench, { ...settings, parts: ['agreement'] })
  expect(mended.agreement).toMatchObject({ pairs: PAIRS_WANTED, discarded: 1, verdict: 'agree' })
})

test('a ratio beyond the margin differs, an interval across it settles nothing', () => {
  const around = (centre: number, spread: number) =>
    Array.from({ length: 10 }, (_, i) => centre * (1 + (spread * (i - 4.5)) / 10))
  expect(ratioAgreement(around(1.01, 0.01), 1.05, 0.95).verdict).toBe('agree')
  expect(ratioAgreement(around(1.2, 0.01), 1.05, 0.95).verdict).toBe('differ')
  expect(ratioAgreement(around(1.05, 0.1), 1.05, 0.95).verdict).toBe('inconclusive')
  expect(ratioAgreement([1, 1, 1], 1.05, 0.95)).toMatchObject({ interval: null, verdict: 'inconclusive' })
  expect(() => ratioAgreement([1], 1, 0.95)).toThrow(/above 1/)
  const slow = around(1.2, 0.01).map(latencyP50 => ({ latencyP50, throughput: 1 }))
  expect(judgeAgreement(slow, 0).verdict).toBe('differ')
  expect(judgeAgreement([], 6)).toMatchObject({ verdict: 'insufficient', latencyP50: null })
})

test('a target that cannot be started ends the calibration at the first run, with the remedy', async () => {
  const { bench, events } = benchOf(() => 'cannot-connect')
  await expect(measureParts(bench, { ...settings, parts: ['mllp'] })).rejects.toMatchObject({
    beforeLoad: true,
    message: expect.stringMatching(/MLLP could not be calibrated, connect: .*hl7bench doctor/s),
  })
  expect(events.filter(event => event.startsWith('start'))).toHaveLength(1)
})

test('what is stored is found by machine and versions; parts that were not measured stay', async () => {
  const state = join(folder, 'state')
  expect(readCalibration(MACHINE, state)).toBeNull()
  const { bench } = benchOf(run => ({ accepted: Number.isNaN(rateOf(run)) ? 2_000 : Math.min(rateOf(run), 2_000) }))
  const first = await measureParts(bench, { ...settings, parts: ['mllp'] })
  storeCalibration(MACHINE, first, state)
  const other = { ...MACHINE, node: 'v25' }
  expect(readCalibration(other, state)).toBeNull()
  storeCalibration(other, { mllp: null, fhir: null, agreement: { ...judgeAgreement([], 6), at: 'x' } }, state)
  const agreement = { ...judgeAgreement([], 0), at: 'y' }
  storeCalibration(MACHINE, { mllp: null, fhir: null, agreement }, state)
  expect(readCalibration(MACHINE, state)).toEqual({ machine: MACHINE, ...first, agreement })
  expect(readCalibration(other, state)!.mllp).toBeNull()
})

test('what other programs disturbed does not replace what they did not, and gives way to it', async () => {
  const state = join(folder, 'disturbed')
  const measured = async (disturbed: number) => {
    const { bench } = benchOf(run => {
      const accepted = Number.isNaN(rateOf(run)) ? 2_000 : Math.min(rateOf(run), 2_000)
      return Number(run.id.slice(1)) <= disturbed ? { accepted, pauseMs: 60_000 } : { accepted }
    })
    return await measureParts(bench, { ...settings, runs: 4, parts: ['mllp'] })
  }
  const [good, bad, worse] = [await measured(1), await measured(2), await measured(3)]
  expect([good, bad, worse].map(({ mllp }) => mllp!.isDisturbed)).toEqual([false, true, true])
  // Better than nothing, and than what is as poor.
  for (const each of [bad, worse]) {
    expect(storeCalibration(MACHINE, each, state).notStored).toEqual([])
    expect(readCalibration(MACHINE, state)!.mllp).toEqual(each.mllp)
  }
  expect(storeCalibration(MACHINE, good, state).notStored).toEqual([])
  const { shown, notStored } = storeCalibration(MACHINE, bad, state)
  expect([shown.mllp, notStored]).toEqual([bad.mllp, ['mllp']])
  expect(readCalibration(MACHINE, state)!.mllp).toEqual(good.mllp)
  const told = renderCalibration(shown, notStored, 'FILE', { style: PLAIN, glyphs: 'ascii', width: 80 })
  expect(told.replace(/\s+/g, ' ')).toMatch(/disturbed\)\..*not stored: MLLP, disturbed by .*quiet machine stored FILE/)
  expect(readCalibration({ ...MACHINE, node: 'v25' }, state)).toBeNull()
})

test('an agreement without a verdict does not replace one', () => {
  const state = join(folder, 'verdicts')
  const none = { mllp: null, fhir: null }
  const agreed = { ...judgeAgreement([], 0), verdict: 'agree', at: 'x' } as const
  storeCalibration(MACHINE, { ...none, agreement: agreed }, state)
  const { notStored } = storeCalibration(MACHINE, { ...none, agreement: { ...judgeAgreement([], 6), at: 'y' } }, state)
  expect(notStored).toEqual(['agreement'])
  expect(readCalibration(MACHINE, state)!.agreement).toEqual(agreed)
})

test('the time that a calibration is expected to take grows with its runs, their length, its parts and its precision', () => {
  const whole = { parts: ['mllp', 'fhir', 'agreement'], runs: 7, measureMs: 1_000, widthRatio: 0.1 } as const
  expect(expectedMs(whole)).toBeLessThan(240_000)
  for (const less of [{ runs: 3 }, { measureMs: 100 }, { parts: ['mllp'] as const }, { widthRatio: 0.25 }])
    expect(expectedMs({ ...whole, ...less })).toBeLessThan(expectedMs(whole))
})
