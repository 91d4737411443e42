import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSlo } from '../../src/scenario/slo.ts'

const loads = [
  { name: 'adt', protocol: 'mllp' },
  { name: 'x', protocol: 'fhir' },
  { name: 'y', protocol: 'fhir' },
] as const

test('every well-formed time limit is read in ms, whatever its unit and spaces', () => {
  const operator = fc.constantFrom('<', '<=', '=', '>=', '>')
  const unit = fc.constantFrom(['', 1], ['ms', 1], ['s', 1_000], ['us', 0.001])
  const space = fc.constantFrom('', ' ', '  ')
  const metric = fc.tuple(
    fc.constantFrom('adt', 'mllp', 'x'),
    fc.constantFrom('response', 'service', 'queue', 'lag'),
    fc.constantFrom('p50', 'p99', 'p99.9', 'max'),
  )
  fc.assert(
    fc.property(
      metric,
      operator,
      fc.integer({ min: 1, max: 1e6 }),
      unit,
      space,
      ([subject, time, quantile], op, number, [name, factor], gap) => {
        const parsed = parseSlo(`${subject}.${time}.${quantile}`, `${gap}${op}${gap}${number}${gap}${name}`, loads)
        expect(parsed).toMatchObject({
          slo: { metric: `${subject === 'mllp' ? 'adt' : subject}.${time}.${quantile}`, operator: op },
        })
        expect('slo' in parsed && parsed.slo.limit).toBeCloseTo(number * (factor as number), 9)
      },
    ),
  )
})

test('a time to drain is a metric of loads with a backlog only', () => {
  const one = { name: 'adt', protocol: 'mllp' } as const
  expect(parseSlo('mllp.drain', '< 2 s', [{ ...one, hasBacklog: true }])).toMatchObject({
    slo: { metric: 'adt.drain', limit: 2_000 },
  })
  expect(parseSlo('mllp.drain', '< 2 s', [one])).toMatchObject({ at: 'key', hint: expect.stringContaining('backlog') })
})

test('no text whatsoever makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (metric, text) => {
      expect(parseSlo(metric, text, loads)).toBeTypeOf('object')
    }),
  )
})

test.each([
  ['adt.errors', '< 0.1%', 0.001],
  ['x.throughput', '>= 100 /s', 100],
  ['audit.lost', '= 0', 0],
])('%s %s is read in its own unit', (metric, text, limit) => {
  expect(parseSlo(metric, text, loads)).toMatchObject({ slo: { metric, limit, text } })
})

test.each([
  ['fhir.response.p99', '< 1 ms', 'key'],
  ['adt.response.p98', '< 1 ms', 'key'],
  ['adt.response', '< 1 ms', 'key'],
  ['audit.gone', '= 0', 'key'],
  ['toString.throughput', '> 1', 'key'],
  ['adt.response.p99', '== 1 ms', 'value'],
  ['adt.response.p99', '< 1 /s', 'value'],
  ['adt.response.p99', '< 0', 'value'],
  ['adt.errors', '< 5', 'value'],
  ['audit.lost', '= 0.5', 'value'],
  ['audit.lost', '= 0 ms', 'value'],
])('%s %s is refused at its %s', (metric, text, at) => {
  expect(parseSlo(metric, text, loads)).toMatchObject({ at })
})
