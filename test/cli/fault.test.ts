import { expect, test } from 'vitest'
import { faultHelp, faultMisfit, parseFault } from '../../src/cli/fault.ts'
import { CAPACITY_FAULTS, COMMON_FAULTS, FHIR_FAULTS, MESSAGE_FAULTS, PACE_FAULTS } from '../../src/model/fault.ts'

test.each([
  ['delay:20:100', { kind: 'delay', every: 20, ms: 100 }],
  ['reject:3', { kind: 'reject', every: 3, code: 'AE', status: 503 }],
  ['reject:3:CR', { kind: 'reject', every: 3, code: 'CR', status: 503 }],
  ['reject:3:400', { kind: 'reject', every: 3, code: 'AE', status: 400 }],
  ['reject:3:599', { kind: 'reject', every: 3, code: 'AE', status: 599 }],
  ['reject:3:429', { kind: 'reject', every: 3, code: 'AE', status: 429 }],
  ['lose-ack:5', { kind: 'lose-ack', every: 5 }],
  ['no-vt:5', { kind: 'no-vt', every: 5 }],
  ['loop-next:1', { kind: 'loop-next', every: 1 }],
  ['nak:2:C', { kind: 'nak', every: 2, reason: 'C' }],
  ['check:100', { kind: 'check', ms: 100 }],
  ['max-connections:10', { kind: 'max-connections', connections: 10 }],
  ['one-session', { kind: 'one-session' }],
])('%s', (text, fault) => {
  expect(parseFault(text)).toEqual(fault)
})

test.each(['', 'nonsense:1', 'no-vt', 'no-vt:0', 'nak:1:Z', 'check:x', 'backlog:0', 'delay:1', 'constructor:1'])(
  '%j is refused',
  text => {
    expect(() => parseFault(text)).toThrow()
  },
)

test.each(['99', '200', '399', '600', '1000', '4e2', 'ae'])(
  'reject:1:%s, which is no status of a refusal, is refused',
  status => {
    expect(() => parseFault(`reject:1:${status}`)).toThrow('an HTTP status from 400 to 599')
  },
)

test('every fault is in the help, and can be written as the help says', () => {
  const help = faultHelp()
  for (const kind of Object.keys({ ...COMMON_FAULTS, ...FHIR_FAULTS, ...MESSAGE_FAULTS })) {
    expect(help).toContain(`${kind}:n`)
    expect(parseFault(`${kind}:2`)).toEqual({ kind, every: 2 })
  }
  for (const kind of Object.keys(PACE_FAULTS)) expect(help).toContain(`${kind}:ms`)
  for (const kind of Object.keys(CAPACITY_FAULTS)) expect(help).toContain(`${kind}:n`)
})

test('what only one of the servers knows is refused for the other, and NAKs without blocks', () => {
  expect(faultMisfit('fhir', 'mllp', parseFault('no-vt:1'))).toContain('only serve mllp')
  expect(faultMisfit('mllp', 'mllp', parseFault('loop-next:1'))).toContain('only serve fhir')
  expect(faultMisfit('mllp', 'http', parseFault('loop-next:1'))).toContain('only serve fhir')
  expect(faultMisfit('fhir', 'mllp', parseFault('loop-next:1'))).toBeNull()
  expect(faultMisfit('fhir', 'mllp', parseFault('delay:1:1'))).toBeNull()
  expect(faultMisfit('mllp', 'mllp', parseFault('nak:1'))).toContain('--transport hllp')
  expect(faultMisfit('mllp', 'hllp', parseFault('nak:1'))).toBeNull()
})
