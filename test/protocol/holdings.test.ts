import { expect, test } from 'vitest'
import { NOTHING, releaseHolding, takeHolding } from '../../src/protocol/mllp/holdings.ts'

const KB = 1024

test('memory that is given back is used again, the largest first, and new memory where none is large enough', () => {
  const [small, large] = [takeHolding(64 * KB, 0), takeHolding(256 * KB, 0)]
  expect(releaseHolding(small)).toBe(NOTHING)
  expect(releaseHolding(large)).toBe(NOTHING)
  expect(takeHolding(10 * KB, 10 * KB)).toBe(large)
  expect(takeHolding(10 * KB, 10 * KB)).toBe(small)
  releaseHolding(small)
  const grown = takeHolding(100 * KB, 400 * KB)
  expect(grown).toHaveLength(400 * KB)
  expect(takeHolding(64 * KB, 0)).toBe(small)
})

test('two frames never share memory, and small memory stays with its connection', () => {
  const [one, other] = [takeHolding(80 * KB, 0), takeHolding(80 * KB, 0)]
  expect(one).not.toBe(other)
  const own = takeHolding(16 * KB, 0)
  expect(releaseHolding(own)).toBe(own)
  releaseHolding(one)
  expect(takeHolding(80 * KB, 0)).toBe(one)
})
