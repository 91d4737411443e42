import { expect, test } from 'vitest'
import { hl7bench } from '../fixtures/commandLine.ts'
import { filesBelow, place, serve } from './support.ts'

const RELAY = ['relay', '--to', 'mllp://127.0.0.1:1']

test.each([
  [
    [...RELAY, '--tls-make', 'certs', '--tls-mutual', '--arrivals', 'a.bin', '--fault', 'lose-ack:5'],
    ['--tls-make certs', '--tls-mutual', '--arrivals a.bin', '--fault lose-ack'],
  ],
  [
    [...RELAY, '--service-time', '5', '--transport', 'hllp', '--seed', '3', '--base', '/r4'],
    ['--service-time 5', '--transport hllp', '--seed 3', '--base /r4'],
  ],
  [
    ['fhir', '--transport', 'hllp', '--path', '/x', '--checksum', 'sum'],
    ['--transport hllp', '--path /x', '--checksum sum'],
  ],
  [
    ['fhir', '--auth-lifetime', '5', '--auth-client', 'me', '--auth-algorithm', 'ES384'],
    ['--auth-lifetime 5', '--auth-client me', '--auth-algorithm ES384'],
  ],
  [
    ['mllp', '--tls-min-version', 'TLSv1.3', '--checksum', 'sum', '--path', '/x'],
    ['--tls-min-version TLSv1.3', '--checksum sum', '--path /x'],
  ],
  [
    ['mllp', '--population', '5', '--base', '/r4', '--charset', 'utf-8', '--auth-make', 'keys'],
    ['--population 5', '--base /r4', '--charset utf-8', '--auth-make keys'],
  ],
  [
    ['mllp', '--distribution', 'constant', '--cv', '2'],
    ['--distribution constant', '--cv 2'],
  ],
])('serve %j is refused with each option that does not apply, and nothing is made', async (args, options) => {
  const here = place()
  const ended = await hl7bench(here, ['serve', ...args, '--port', '0'], 20_000)
  expect(ended.code, ended.stdout + ended.stderr).toBe(104)
  for (const option of options)
    expect(ended.stderr).toMatch(new RegExp(`serve ${args[0]} ${option}: it belongs to .*; leave it out`))
  expect(ended.stdout).toBe('')
  expect(filesBelow(here.folder)).toEqual([])
})

test('what is wrong with options, faults, paths and the host is told at once', async () => {
  const wrong = ['--host', '192.0.2.1', '--fault', 'no-vt:2', '--fault', 'nak:2', '--base', 'r4', '--checksum', 'sum']
  const { code, stderr } = await hl7bench(place(), ['serve', 'fhir', ...wrong], 20_000)
  expect(code).toBe(104)
  for (const told of ['--allow-host', '--fault no-vt', '--fault nak', '--base "r4"', '--checksum sum'])
    expect(stderr).toContain(told)
})

test.each(['mllps://127.0.0.1:1', 'hl7+http://127.0.0.1:1/x', 'hl7+https://127.0.0.1:1/x'])(
  'the relay, which speaks plain MLLP, is not sent to %s',
  async address => {
    const { code, stderr } = await hl7bench(place(), ['serve', 'relay', '--to', address, '--port', '0'], 20_000)
    expect(code).toBe(104)
    expect(stderr).toContain('plain MLLP, without TLS')
  },
)

test('a port that cannot be is refused', async () => {
  const { code, stderr } = await hl7bench(place(), ['serve', ...RELAY, '--port', '99999'], 20_000)
  expect(code).toBe(104)
  expect(stderr).toContain('write a port, 0 to 65535')
})

test.each(['x', '', 'http://x/y', '/a b'])('the path %j, which cannot stand after a port, is refused', async path => {
  const args = ['serve', 'mllp', '--transport', 'http', '--port', '0', '--path', path]
  const { code, stderr } = await hl7bench(place(), args, 20_000)
  expect(code).toBe(104)
  expect(stderr).toContain(`--path ${JSON.stringify(path)}: write a path that begins with /`)
})

test('options stand where they apply', async () => {
  const here = place()
  expect(await serve(here, 'mllp', ['--transport', 'hllp', '--checksum', 'sum', '--seed', '2'])).toMatch(/^mllp:/)
  expect(await serve(here, 'fhir', ['--base', '', '--charset', 'utf-8'])).toMatch(/^http:.*\d$/)
})
