import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shorten } from '../../src/report/shorten.ts'

test.each([
  ['mllp.response.p99*', 34, 'mllp.response.p99*'],
  ['laboratory-orders-from-site-north.response.p99*', 34, 'laboratory-orders-f….response.p99*'],
  ['laboratory-orders-from-site-north.throughput', 34, 'laboratory-orders-from….throughput'],
  ['mllp.response.p99*', 14, '…response.p99*'],
  ['mllp.response.p50', 14, '….response.p50'],
  ['without-a-dot', 8, 'without…'],
])('%s in %d characters is %s', (path, room, shown) => {
  expect(shorten(path, room, '…')).toBe(shown)
})

test('metrics of one load, whatever its name, are told apart', () => {
  const metrics = ['throughput', 'response.p50', 'response.p99', 'response.p99*', 'errors']
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,63}$/), fc.integer({ min: 14, max: 60 }), (load, room) => {
      const shown = metrics.map(metric => shorten(`${load}.${metric}`, room, '…'))
      expect(new Set(shown).size).toBe(metrics.length)
      for (const text of shown) expect(text.length).toBeLessThanOrEqual(room)
    }),
  )
})
