import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDueHeap } from '../../src/target/dueHeap.ts'
import { createReplyQueue } from '../../src/target/replyQueue.ts'

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

test('a heap gives things by time, those of the same time in the order they were added', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(20), (dues, nowMs) => {
      const heap = createDueHeap<number>()
      dues.forEach((dueMs, place) => {
        heap.add(dueMs, place)
      })
      const taken: number[] = []
      for (let item = heap.take(nowMs); item !== undefined; item = heap.take(nowMs)) taken.push(item)
      const expected = dues.map((dueMs, place) => ({ dueMs, place })).filter(each => each.dueMs <= nowMs)
      expected.sort((a, b) => a.dueMs - b.dueMs || a.place - b.place)
      expect(taken).toEqual(expected.map(({ place }) => place))
      const rest = dues.filter(dueMs => dueMs > nowMs)
      expect(heap.nextMs()).toBe(rest.length > 0 ? Math.min(...rest) : Number.POSITIVE_INFINITY)
    }),
  )
})

test('replies of one turn are committed together, and never before they are due', async () => {
  const commits: { replies: number[]; atMs: number }[] = []
  const queue = createReplyQueue<number>(due => commits.push({ replies: [...due], atMs: performance.now() }))
  const startMs = performance.now()
  queue.add(25, 25)
  queue.add(5, 5)
  queue.add(0, 0)
  queue.add(1, 0)
  while (commits.flatMap(({ replies }) => replies).length < 4) await sleep(5)
  expect(commits[0]!.replies).toEqual([0, 1])
  expect(commits.flatMap(({ replies }) => replies)).toEqual([0, 1, 5, 25])
  for (const { replies, atMs } of commits) expect(atMs - startMs).toBeGreaterThanOrEqual(replies[0]!)
  queue.close()
})

test('a stall holds back what is queued and what comes, then gives it all', async () => {
  const replies: string[] = []
  const queue = createReplyQueue<string>(due => replies.push(...due))
  queue.add('before', 10)
  queue.stall(400)
  queue.add('during', 0)
  await sleep(20)
  expect(replies).toEqual([])
  while (replies.length < 2) await sleep(5)
  expect(replies.toSorted()).toEqual(['before', 'during'])
  queue.close()
})

test('wake asks for one commit of nothing', async () => {
  let commits = 0
  const queue = createReplyQueue<never>(() => commits++)
  queue.wake()
  queue.wake()
  await sleep(5)
  expect(commits).toBe(1)
  queue.close()
})

test('a closed queue commits nothing more', async () => {
  let commits = 0
  const queue = createReplyQueue<number>(() => commits++)
  queue.add(1, 0)
  queue.add(2, 3)
  queue.close()
  await sleep(20)
  expect(commits).toBe(0)
})
