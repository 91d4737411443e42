import { expect, describe as group, test } from 'vitest'
import { createRandom } from '../../src/stats/random.ts'
import { speedupTest } from '../../src/stats/speedupTest.ts'

group('the confidence that the Speedup-Test protocol chooses itself', () => {
  const random = createRandom(5)
  const normals = (n: number, centre: number) =>
    Array.from({ length: n }, () => centre + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))

  test('belongs to the least risk that finds a speedup', () => {
    const [slow, fast] = [normals(31, 10.3), normals(31, 10)]
    for (const name of ['mean', 'median'] as const) {
      const { confidence } = speedupTest(slow, fast, 0.05)[name]
      const risk = 1 - confidence!
      expect(risk).toBeGreaterThan(0.01)
      expect(speedupTest(slow, fast, risk + 1e-9)[name].significant).toBe(true)
      expect(speedupTest(slow, fast, risk - 1e-9)[name].significant).toBe(false)
    }
  })

  test('is at most 0.99, and null where no risk up to 0.5 finds one', () => {
    expect(speedupTest(normals(31, 99), normals(31, 9), 0.05)).toMatchObject({
      mean: { confidence: 0.99 },
      median: { confidence: 0.99 },
    })
    expect(speedupTest(normals(31, 9), normals(31, 99), 0.05)).toMatchObject({
      mean: { confidence: null },
      median: { confidence: null },
    })
  })

  test('finds a speedup at some level in about half of all comparisons without a change', () => {
    let found = 0
    for (let run = 0; run < 400; run++)
      if (speedupTest(normals(31, 10), normals(31, 10), 0.05).median.confidence !== null) found++
    expect(found / 400).toBeGreaterThan(0.4)
    expect(found / 400).toBeLessThan(0.6)
  })

  test('is refused with the tests whose conditions cannot be shown', () => {
    const constant = new Array<number>(30).fill(7)
    expect(speedupTest(constant, normals(30, 5), 0.05).mean).toMatchObject({
      refused: 'a sample of at most 30 cannot be tested for normality; do more than 30 runs',
      confidence: null,
    })
    expect(speedupTest([...constant, 7], [...constant, 7], 0.05).mean.refused).toMatch(/no value varies/)
  })
})
