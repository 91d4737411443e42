import { expect, test } from 'vitest'
import { FuzzFault, pushChunks } from '../../bench/fuzz/push.ts'
import { createStreams } from '../../bench/fuzz/streams.ts'
import { SUBJECTS, type Subject } from '../../bench/fuzz/subjects.ts'

test.each(Object.keys(SUBJECTS))(
  'random streams through the decoder of %s: nothing is thrown, and all is told alike wherever it is cut',
  name => {
    const { chunks, notes } = pushChunks(SUBJECTS[name]!, 20_261_124, 0, 40_000, () => {})
    expect(chunks).toBeGreaterThanOrEqual(40_000)
    expect(notes).toBeGreaterThan(500)
  },
)

test('streams are the same under the same seed, from wherever one goes on', () => {
  const { valid, tokens } = SUBJECTS.http!
  const bytesOf = (seed: number, number: number) => {
    const { bytes, length } = createStreams(seed, valid, tokens).make(number)
    return Buffer.from(bytes.subarray(0, length)).toString('hex')
  }
  expect(bytesOf(1, 70)).toBe(bytesOf(1, 70))
  expect(bytesOf(1, 70)).not.toBe(bytesOf(2, 70))
})

test.each<[string, Subject['open'], RegExp]>([
  [
    'throws',
    () => () => {
      throw new Error('boom')
    },
    /stream 0: boom/,
  ],
  [
    'forgets what it held at a cut',
    note => (chunk, start, end) => note('bytes', chunk, start, end),
    /depends on where/,
  ],
  ['tells of bytes that are not there', note => chunk => note('bytes', chunk, 0, chunk.length + 1), /bytes 0 to/],
])('a decoder that %s is found', (_name, open, message) => {
  const push = () => pushChunks({ ...SUBJECTS.mllp!, open }, 1, 0, 1000, () => {})
  expect(push).toThrow(FuzzFault)
  expect(push).toThrow(message)
})
