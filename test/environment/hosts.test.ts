import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkAllowed, isLoopback } from '../../src/environment/hosts.ts'

test('every address of 127.0.0.0/8, ::1 in any spelling and localhost are this machine', () => {
  fc.assert(fc.property(fc.ipV4(), address => isLoopback(address) === address.startsWith('127.')))
  for (const host of ['::1', '[::1]', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST']) expect(isLoopback(host)).toBe(true)
})

test('names that only look like loopback are not', () => {
  for (const host of [
    '127.evil.example',
    '127.0.0.1.example',
    'localhost.example',
    '0.0.0.0',
    '::',
    '10.127.0.1',
    '',
  ]) {
    expect([host, isLoopback(host)]).toEqual([host, false])
  }
})

test('another host is allowed only when it is listed exactly', () => {
  expect(checkAllowed('Engine.example', ['engine.EXAMPLE'])).toBeNull()
  expect(checkAllowed('2001:db8::1', ['2001:0db8:0::1'])).toBeNull()
  expect(checkAllowed('x.engine.example', ['engine.example'])).toEqual({
    what: 'x.engine.example is neither loopback nor listed in allowHosts, and load is sent nowhere else',
    remedy: "if you may put load on it, add allowHosts: ['x.engine.example'] to the scenario",
  })
})
