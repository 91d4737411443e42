import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARRIVAL_KINDS, type ArrivalsEnd, digestBody, openArrivals, readArrivals } from '../../src/ledger/arrivals.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { temporaryFile } from '../fixtures/target.ts'

const entry = fc.record({
  kind: fc.constantFrom(...ARRIVAL_KINDS),
  connection: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  timeMs: fc.double({ noNaN: true }),
  identity: fc.uint8Array({ maxLength: 255 }),
  body: fc.uint8Array({ maxLength: 20 }),
  place: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { nil: undefined }),
})

function endOf(file: string): ArrivalsEnd {
  const entries = readArrivals(file)
  for (;;) {
    const step = entries.next()
    if (step.done) return step.value
  }
}

function writeIds(file: string, ids: readonly string[]): void {
  const log = openArrivals(file)
  for (const id of ids) log.append('stored', 7, 1.5, Buffer.from(id), 0, id.length, digestBody(Buffer.from(id)))
  log.close()
}

test('entries are read back as they were appended, however often they are flushed', () => {
  const file = temporaryFile('property')
  const expected: object[] = []
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.boolean(), (entries, flushEach) => {
      const log = openArrivals(file)
      for (const { kind, connection, timeMs, identity, body, place } of entries) {
        log.append(kind, connection, timeMs, identity, 0, identity.length, digestBody(body), place)
        if (flushEach) log.flush()
        const digest = createHash('sha256').update(body).digest('hex').slice(0, 32)
        const id = Buffer.from(identity).toString('latin1')
        expected.push({ kind, connection, timeMs, identity: id, entry: place ?? 0, digest })
      }
      log.close()
      expect(arrivalsOf(file)).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('a record of many chunks is read whole', () => {
  const file = temporaryFile('many')
  const ids = Array.from({ length: 100_000 }, (_, i) => `ID${i}`)
  writeIds(file, ids)
  let next = 0
  for (const { bytes, identityStart, identityEnd } of readArrivals(file)) {
    if (bytes.toString('latin1', identityStart, identityEnd) !== ids[next++])
      throw new Error(`entry ${next - 1} differs`)
  }
  expect(next).toBe(ids.length)
})

test('only what was flushed is in the file', () => {
  const file = temporaryFile('flush')
  const log = openArrivals(file)
  log.append('stored', 0, 0, Buffer.from('A'), 0, 1, digestBody(Buffer.alloc(0)))
  expect(arrivalsOf(file)).toHaveLength(0)
  log.flush()
  expect(arrivalsOf(file)).toHaveLength(1)
  log.close()
})

test('a last entry torn at any byte is ignored and reported, and cut off when the record is opened again', () => {
  const file = temporaryFile('torn')
  writeIds(file, ['FIRST', 'SECOND'])
  const whole = readFileSync(file)
  const wholeBytes = whole.length - 34 - 'SECOND'.length
  for (let length = wholeBytes + 1; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length))
    expect(endOf(file)).toEqual({ entries: 1, wholeBytes, tornBytes: length - wholeBytes })
  }
  writeIds(file, ['THIRD'])
  expect(arrivalsOf(file).map(({ identity }) => identity)).toEqual(['FIRST', 'THIRD'])
})

test('an identity longer than 255 bytes is cut to 255', () => {
  const file = temporaryFile('long')
  writeIds(file, ['X'.repeat(300), 'Y'])
  expect(arrivalsOf(file).map(({ identity }) => identity)).toEqual(['X'.repeat(255), 'Y'])
})

test('a file torn inside its header has no entries, and is begun anew when opened again', () => {
  const file = temporaryFile('header')
  writeIds(file, [])
  truncateSync(file, 3)
  expect(endOf(file)).toEqual({ entries: 0, wholeBytes: 0, tornBytes: 3 })
  writeIds(file, ['A'])
  expect(arrivalsOf(file).map(({ identity }) => identity)).toEqual(['A'])
})

test('a file of something else is refused with the remedy, and left as it is', () => {
  const file = temporaryFile('other')
  writeFileSync(file, 'not an arrival record')
  expect(() => endOf(file)).toThrow(/not an arrival record: name the file/)
  expect(() => openArrivals(file)).toThrow(/not an arrival record/)
  expect(statSync(file).size).toBe(21)
})

test('an entry of an unknown kind before the end is an error that names the byte', () => {
  const file = temporaryFile('damaged')
  writeIds(file, ['A'])
  appendFileSync(file, Buffer.alloc(64))
  expect(() => endOf(file)).toThrow(/damaged at byte 43/)
})
