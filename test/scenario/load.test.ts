import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scenarioTemplate } from '../../src/scenario/template.ts'
import { fhir, loadInput, loadText, mllp, refusal, small, write } from './files.ts'

const LOADER = pathToFileURL(join(import.meta.dirname, '../../src/scenario/load.ts')).href

/** Modules are loaded in a Node of their own: there, and not under a test runner, is where `hl7bench` has to resolve. */
function loadModule(file: string) {
  const program = `import { loadScenario } from ${JSON.stringify(LOADER)}
    await loadScenario(process.argv[1]).then(
      loaded => console.log(JSON.stringify({ scenario: loaded.scenario, digest: loaded.cases[0].digest, module: loaded.module })),
      error => console.log(JSON.stringify({ complaints: error.complaints ?? String(error) })))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program, file], { encoding: 'utf8' }))
}

const shipped = (name: string) => join(import.meta.dirname, '../../scenarios', name)

describe('reading a scenario', () => {
  test.each(['demo.ts', 'mllp-feeds.ts', 'fhir-search.ts', 'fhir-load.ts'])(
    'the shipped scenario %s is valid',
    name => {
      expect(loadModule(shipped(name))).toMatchObject({ scenario: { name: name.replace('.ts', '') }, module: null })
    },
  )

  test('both templates are valid and mean the same', async () => {
    const fromModule = loadModule(write(scenarioTemplate('ts'), '.ts'))
    const fromYaml = await loadText(scenarioTemplate('yaml'))
    expect(fromModule.digest).toBe(fromYaml.cases[0]!.digest)
    expect({ ...fromModule.scenario, file: null }).toEqual({ ...fromYaml.scenario, file: null })
  })

  test('TypeScript, YAML and JSON give the same scenario', async () => {
    const input = { ...small, load: [mllp, fhir], phases: { measureMs: '2s' }, slo: { 'fhir.errors': '< 1%' } }
    const fromJson = await loadInput(input)
    const fromYaml = await loadText(`name: small
load:
  - { protocol: mllp, workload: { kind: open, ratePerSecond: 100 } }
  - protocol: fhir
    workload: { kind: closed }
    operations: [{ search: Patient }]
phases: { measureMs: 2s }
slo: { fhir.errors: '< 1%' }
`)
    const fromModule = loadModule(
      write(
        `import { defineScenario } from 'hl7bench'\nexport default defineScenario(${JSON.stringify(input)})`,
        '.ts',
      ),
    )
    expect({ ...fromYaml.scenario, file: null }).toEqual({ ...fromJson.scenario, file: null })
    expect({ ...fromModule.scenario, file: null }).toEqual({ ...fromJson.scenario, file: null })
  })

  test('a load made of code names its module', () => {
    const file = write(
      `export default { name: 'coded', load: [{ protocol: 'mllp', workload: { kind: 'closed' }, messages: i => 'MSH|' + i }] }`,
      '.mjs',
    )
    expect(loadModule(file)).toMatchObject({
      module: pathToFileURL(file).href,
      scenario: { load: [{ messages: { kind: 'code' } }] },
    })
  })

  test('a module that throws is a complaint with its line', () => {
    const [complaint] = loadModule(write(`const a = 1\nthrow new TypeError('out of ' + a)\n`, '.mjs')).complaints
    expect(complaint).toMatchObject({ line: 2, found: 'TypeError: out of 1' })
  })

  test('a module without a default export says how to write one', () => {
    const [complaint] = loadModule(write('export const name = 1', '.mjs')).complaints
    expect(complaint.hint).toContain('export default defineScenario')
  })

  test('text that is not YAML is a complaint with its line', async () => {
    const { complaints } = await refusal(loadText('name: a\nload: [\n'))
    expect(complaints[0]).toMatchObject({ expected: 'well-formed YAML or JSON' })
    expect(complaints[0]!.line).toBeGreaterThan(1)
  })

  test('a file that is not there is a complaint', async () => {
    const { complaints } = await refusal(
      import('../../src/scenario/load.ts').then(({ loadScenario }) => loadScenario('no-such-folder/x.yaml')),
    )
    expect(complaints).toMatchObject([{ found: 'ENOENT' }])
  })
})

describe('defaults', () => {
  test('connections follow the protocol and populate follows the operations', async () => {
    const writing = { ...fhir, name: 'writing', operations: [{ create: 'Patient', conditional: true }] }
    const { scenario } = await loadInput({ ...small, load: [mllp, fhir, writing, { ...mllp, feeds: 3 }] })
    expect(scenario.load.map(load => load.connections)).toEqual([8, 16, 16, 3])
    expect(scenario.load.map(load => load.name)).toEqual(['mllp', 'fhir', 'writing', 'mllp-2'])
    expect(scenario.load.slice(1, 3)).toMatchObject([{ populate: 'before' }, { populate: 'never' }])
    expect(scenario.phases).toEqual({ warmupMs: 5_000, measureMs: 30_000, drainMs: 10_000 })
  })

  test('fixed work has no warm-up and up to ten minutes', async () => {
    const { scenario } = await loadInput({
      name: 'work',
      load: [{ ...mllp, workload: { kind: 'closed', records: 10 } }],
    })
    expect(scenario.phases).toMatchObject({ warmupMs: 0, measureMs: 600_000 })
  })
})

describe('precedence', () => {
  const env = { HL7BENCH_RUNS: '7', HL7BENCH_SEED: '9', HL7BENCH_SET: 'load.mllp.window=2; load.0.timeoutMs=3s' }

  test('flags win over the environment, which wins over the file; each value knows its origin', async () => {
    const { scenario, origins } = await loadInput(
      { ...small, runs: 3 },
      { env, flags: { seed: 11, rate: '50' }, sets: ['load[0].window=4'] },
    )
    expect(scenario).toMatchObject({
      runs: 7,
      seed: 11,
      load: [{ window: 4, timeoutMs: 3_000, workload: { ratePerSecond: 50 } }],
    })
    expect(Object.fromEntries(origins)).toMatchObject({
      name: 'file',
      runs: 'env HL7BENCH_RUNS',
      seed: 'flag --seed',
      'load[0].window': 'flag --set',
      'load[0].timeoutMs': 'env HL7BENCH_SET',
      'load[0].workload.ratePerSecond': 'flag --rate',
      'load[0].workload.kind': 'file',
      'load[0].generators': 'default',
      'phases.measureMs': 'default',
    })
  })

  test('a text stays a text where only a text fits', async () => {
    const { scenario } = await loadInput(small, {
      sets: ['load.0.messages.version=2.5', 'sut.version=17', 'slo.mllp.response.p99=< 9 ms'],
    })
    expect(scenario).toMatchObject({
      load: [{ messages: { version: '2.5' } }],
      sut: { version: '17' },
      slo: [{ metric: 'mllp.response.p99', limit: 9 }],
    })
  })

  test('connections from a flag take the place of feeds in the file', async () => {
    const { scenario, origins } = await loadInput(
      { ...small, load: [{ ...mllp, feeds: 3 }] },
      { flags: { connections: 5 } },
    )
    expect(scenario.load[0]!.connections).toBe(5)
    expect(origins.get('load[0].connections')).toBe('flag --connections')
  })

  test('a path that does not exist is a complaint about the flag, with a suggestion', async () => {
    const { complaints } = await refusal(
      loadInput(small, { sets: ['phases.measurMs=1', 'nonsense', 'load.fhir.window=1'] }),
    )
    expect(complaints.map(({ file }) => file)).toEqual(['flag --set', 'flag --set', 'flag --set'])
    expect(complaints.map(({ hint }) => hint).join()).toContain("did you mean 'measureMs'?")
  })

  test('a rate for two loads has to say which', async () => {
    const { complaints } = await refusal(loadInput({ ...small, load: [mllp, fhir] }, { flags: { rate: 5 } }))
    expect(complaints).toMatchObject([
      { file: 'flag --rate', hint: expect.stringContaining('--set load.<name>.workload.ratePerSecond=5') },
    ])
  })
})
