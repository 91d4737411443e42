import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { capabilityStatement } from '../../src/target/fhirCapability.ts'
import { httpPeer } from '../fixtures/authPeer.ts'
import { hl7bench } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, FHIR, place, small, write } from './support.ts'

test('a server that declares less than the operations need is loaded only where that is to be ignored', async () => {
  const here = place()
  let others = 0
  const statement = { ...capabilityStatement('http://h/fhir', '2026-01-01', null), fhirVersion: '3.0.1', rest: [] }
  const port = await httpPeer(path => {
    if (path.endsWith('/metadata')) return { body: statement }
    others++
    return { body: { resourceType: 'Bundle', type: 'searchset', total: 1 } }
  })
  const environment = { kind: 'attached', fhir: `http://127.0.0.1:${port}/fhir` }
  const scenario = (changes: object) =>
    small({ environment, load: [{ ...FHIR, populate: 'never', ...changes }], runs: 1 })
  const run = (name: string, changes: object) =>
    hl7bench(here, ['run', write(here, name, scenario(changes)), '--results', here.results, ...ANY_MACHINE_FLAGS])
  const refused = await run('s.json', {})
  expect(refused.code).toBe(100)
  expect(refused.stderr + refused.stdout).toMatch(
    /expected 4\.0\.x, found 3\.0\.1; rest: no entry.*capability: 'ignore'/,
  )
  expect(others).toBe(0)
  const taken = await run('t.json', { capability: 'ignore' })
  expect(taken.code, taken.stderr).toBe(0)
  expect(others).toBeGreaterThan(0)
  expect(existsSync(here.results)).toBe(true)
}, 60_000)
