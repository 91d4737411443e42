import { expect, test } from 'vitest'
import { rehearse, rehearseSettling, rehearseTimers } from '../../src/generator/rehearse.ts'
import { createBytes } from '../../src/workload/bytes.ts'
import { mixSpec, streamOf } from '../workload/hl7/render.ts'

const firstOf = (stream: ReturnType<typeof streamOf>) => {
  const out = createBytes()
  stream.render(0, out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

test('a stream that was rehearsed makes the messages that it would have made', () => {
  const [rehearsed, fresh] = [streamOf(mixSpec({ 'ADT^A01': 1 }, {})), streamOf(mixSpec({ 'ADT^A01': 1 }, {}))]
  rehearse(rehearsed)
  expect(firstOf(rehearsed)).toEqual(firstOf(fresh))
})

test('a rehearsal goes through the messages from the first, into memory that it uses again', () => {
  const made: number[] = []
  rehearse({
    render(index, out) {
      expect(out.length).toBe(0)
      out.length = 5
      made.push(index)
    },
  })
  expect(made).toEqual(Array.from({ length: made.length }, (_, i) => i))
  expect(made.length).toBeGreaterThan(0)
})

test('timers that were rehearsed have all rung or are cleared: nothing is left that would hold the process', async () => {
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  await rehearseTimers()
  expect(timers()).toBeLessThanOrEqual(before)
})

test('settling can be rehearsed: every exchange that it makes has its outcome', () => {
  expect(rehearseSettling).not.toThrow()
})
