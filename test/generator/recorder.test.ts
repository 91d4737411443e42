import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recorder } from '../../src/generator/recorder.ts'

test('a tick tells what happened since the one before it', () => {
  const recorder = new Recorder({ fromMs: 100, untilMs: 200 })
  recorder.arrived(110, 110)
  recorder.arrived(120, 120)
  recorder.answered('accepted', 110, 110, 110, 115)
  recorder.unansweredAs('unknown', 120)
  expect(recorder.tick(150, 0)).toMatchObject({ phase: 'measure', arrivals: 2, accepted: 1, failed: 1, p50Ms: 5 })
  expect(recorder.tick(250, 0)).toMatchObject({ phase: 'drain', arrivals: 0, accepted: 0, failed: 0, p50Ms: null })
})

test('throughput counts replies that ended in the measured phase, whenever they were due', () => {
  const recorder = new Recorder({ fromMs: 100, untilMs: 200 })
  for (const [intended, done] of [
    [50, 99],
    [50, 101],
    [150, 199],
    [150, 201],
    [199, 250],
  ] as const) {
    recorder.arrived(intended, intended)
    recorder.answered('accepted', intended, intended, intended, done)
  }
  expect(recorder.acceptedInPhase).toBe(2)
  expect(recorder.measured.accepted).toBe(3)
  expect(recorder.total.accepted).toBe(5)
})

test('whatever happens, outcomes add up to arrivals, and an arrival without its outcome is found', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          ms: fc.integer({ min: 0, max: 300 }),
          outcome: fc.constantFrom('accepted', 'rejected', 'mismatched', 'unknown', 'dropped', 'unfinished'),
        }),
      ),
      entries => {
        const recorder = new Recorder({ fromMs: 100, untilMs: 200 })
        for (const { ms, outcome } of entries) {
          recorder.arrived(ms, ms)
          if (outcome === 'accepted' || outcome === 'rejected') recorder.answered(outcome, ms, ms, ms, ms + 1)
          else recorder.unansweredAs(outcome, ms)
        }
        recorder.checkConservation()
        recorder.arrived(150, 150)
        expect(() => recorder.checkConservation()).toThrow('do not add up')
      },
    ),
  )
})

test('the bucket of coded errors is bounded, whatever peers say', () => {
  const recorder = new Recorder({ fromMs: 0, untilMs: 1000 })
  for (let kind = 0; kind < 1000; kind++) recorder.explain(`AE ${kind}`)
  recorder.explain('AE 3')
  expect(recorder.ackErrors.size).toBe(21)
  expect(recorder.ackErrors.get('AE 3')).toBe(2)
  expect(recorder.ackErrors.get('other')).toBe(980)
})
