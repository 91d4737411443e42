import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifyReply } from '../../src/protocol/http/verify.ts'
import { tooDeepAt } from '../../src/protocol/json/nesting.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const deepAt = (text: string, most: number) => tooDeepAt(bytes(text), 0, bytes(text).length, most)

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('any JSON is as deep as it is, whatever its strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
      const text = JSON.stringify(value)
      const depth = depthOf(value)
      expect(deepAt(text, depth)).toBe(-1)
      if (depth > 0) expect(deepAt(text, depth - 1)).toBeGreaterThanOrEqual(0)
    }),
  )
  expect(deepAt('{"a":"[[[\\"[[{{","b":[1]}', 2)).toBe(-1)
  expect(deepAt('{"a":"x\\\\","b":[[1]]}', 2)).toBe(16)
})

test.each(['['.repeat(3_000_000), '{"a":'.repeat(500_000), '['.repeat(300) + ']'.repeat(300)])(
  'a reply that nests without end is a rejected one, not an exception',
  bomb => {
    const expected = { name: 'search', statuses: [200], resourceType: 'Bundle', total: 1 }
    const body = bytes(bomb)
    expect(verifyReply(expected, 200, body, 0, body.length, true)).toEqual({
      reason: 'body nested deeper than 200 levels',
      alarm: null,
    })
  },
)
