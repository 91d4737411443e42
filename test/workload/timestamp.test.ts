import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTimestampWriter, STAMP_LENGTH } from '../../src/workload/timestamp.ts'

test('stamps are those of the calendar, whatever was written before', () => {
  const writer = createTimestampWriter()
  const out = new Uint8Array(STAMP_LENGTH + 2)
  const dates = fc.date({ min: new Date(0), max: new Date('2199-12-31T23:59:59.999Z'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, fc.integer({ min: 0, max: 2 }), (date, at) => {
      writer.writeStamp(date.getTime(), out, at)
      const written = new TextDecoder().decode(out.subarray(at, at + STAMP_LENGTH))
      const digits = date.toISOString().replace(/[-T:Z]/g, '')
      expect(written).toBe(`${digits}+0000`)
    }),
    { numRuns: 500 },
  )
})

test('the second before 1970 and the last of February are written right', () => {
  const writer = createTimestampWriter()
  const written = (iso: string) => {
    const out = new Uint8Array(14)
    writer.writeSeconds(Date.parse(iso), out, 0)
    return new TextDecoder().decode(out)
  }
  expect(written('1969-12-31T23:59:59.500Z')).toBe('19691231235959')
  expect(written('2028-02-29T00:00:00Z')).toBe('20280229000000')
  expect(written('2100-02-28T23:59:59Z')).toBe('21000228235959')
})
