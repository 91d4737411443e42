import { expect, test } from 'vitest'
import { adhocScenario } from '../../src/scenario/adhoc.ts'
import type { ScenarioError } from '../../src/scenario/complaint.ts'
import { scenarioJsonSchema } from '../../src/scenario/jsonSchema.ts'

test('an MLLP address with a rate is an open loop on an attached target', () => {
  const { scenario, cases, origins } = adhocScenario(['mllp://127.0.0.1:2575'], {
    rate: '100',
    duration: '30s',
    connections: '8',
    runs: 2,
  })
  expect(scenario).toMatchObject({
    name: 'adhoc-mllp',
    file: null,
    runs: 2,
    environment: { kind: 'attached', mllp: { host: '127.0.0.1', port: 2575 }, fhir: null },
    load: [{ protocol: 'mllp', connections: 8, workload: { kind: 'open', ratePerSecond: 100 } }],
    phases: { measureMs: 30_000 },
  })
  expect(cases).toHaveLength(1)
  expect(origins.get('load[0].workload.ratePerSecond')).toBe('flag --rate')
  expect(origins.get('environment.mllp.port')).toBe('command line')
})

test('without a rate the loop is closed, and FHIR searches without writing', () => {
  const { scenario, warnings } = adhocScenario(['http://127.0.0.1:8080/fhir'])
  expect(scenario.load).toMatchObject([
    {
      protocol: 'fhir',
      workload: { kind: 'closed' },
      populate: 'never',
      operations: [{ kind: 'search', expectTotal: null }],
    },
  ])
  expect(warnings).toEqual([])
})

test('both protocols at once take the flags of a load each', () => {
  const { scenario } = adhocScenario(['http://127.0.0.1:8080/fhir', 'mllp://127.0.0.1'], { rate: 5, connections: 2 })
  expect(scenario.load.map(({ protocol, connections }) => [protocol, connections])).toEqual([
    ['mllp', 2],
    ['fhir', 2],
  ])
})

test('a host beyond loopback needs --allow-host', () => {
  expect(() => adhocScenario(['mllp://engine.example.org:2575'])).toThrow(/--allow-host engine\.example\.org/)
  expect(
    adhocScenario(['mllp://engine.example.org:2575'], { allowHosts: ['engine.example.org'] }).scenario.allowHosts,
  ).toEqual(['engine.example.org'])
})

test('bad flags are complaints that name the flag', () => {
  try {
    adhocScenario(['mllp://127.0.0.1:2575', 'mllp://127.0.0.1:2576'], { rate: 'fast', runs: '0' })
    expect.unreachable()
  } catch (error) {
    expect((error as ScenarioError).complaints.map(({ file }) => file)).toEqual([
      'command line',
      'flag --runs',
      'flag --rate',
    ])
  }
})

test('the JSON Schema describes every key and leaves out what only code can hold', () => {
  const schema = JSON.stringify(scenarioJsonSchema())
  expect(schema).toContain('ratePerSecond')
  const undescribed: string[] = []
  const walk = (node: unknown, path: string): void => {
    if (node === null || typeof node !== 'object') return
    for (const [key, value] of Object.entries((node as { properties?: object }).properties ?? {}))
      if (!(value as { description?: string }).description) undescribed.push(`${path}.${key}`)
    for (const [key, value] of Object.entries(node)) walk(value, `${path}.${key}`)
  }
  walk(scenarioJsonSchema(), '')
  expect(undescribed).toEqual([])
})
