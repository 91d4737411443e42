import { describe, expect, test } from 'vitest'
import { fhir, LAUGHS, loadInput, loadText, mllp, refusal, small } from './files.ts'

const TEN_MISTAKES = `name: 'bad name'
rns: 30
environment: { kind: ec2 }
load:
  - protocol: mllp
    feeds: 4
    connections: 4
    workload: { kind: open, ratePerSecond: -1 }
  - protocol: fhir
    workload: { kind: closd }
    operations: [{ serch: Patient }]
  - protocol: fhir
    name: reads
    window: 2
    workload: { kind: closed }
    operations: [{ search: Coverage, by: hicnHash }]
slo:
  mllp.response.p98: < 1 ms
  reads.throughput: about 5
runs: many
`

const paths = async (loading: Promise<unknown>) => (await refusal(loading)).complaints.map(({ path }) => path)

describe('complaints', () => {
  test('ten mistakes are reported at once, each at its line', async () => {
    const { complaints, message } = await refusal(loadText(TEN_MISTAKES))
    expect(Object.fromEntries(complaints.map(({ path, line }) => [path, line]))).toEqual({
      rns: 2,
      name: 1,
      'environment.kind': 3,
      'load[0].workload.ratePerSecond': 8,
      'load[1].workload.kind': 10,
      'load[1].operations[0].search': 11,
      'load[1].operations[0].serch': 11,
      'load[2].window': 14,
      'load[2].operations[0].by': 16,
      'slo["mllp.response.p98"]': 18,
      'slo["reads.throughput"]': 19,
      runs: 20,
    })
    expect(message).toContain("did you mean 'runs'?")
    expect(message).toContain("did you mean 'search'?")
    expect(message).toContain("did you mean 'closed'?")
    expect(message).toContain("'ec2' is not in this version")
    expect(message).toMatch(
      /\.yaml:8:\d+ {2}load\[0\]\.workload\.ratePerSecond\n {2}expected {2}a number of at least 0\n {2}found {5}-1/,
    )
  })

  test('aliases that cannot be written out are complaints with their place', async () => {
    const told = async (text: string) => (await refusal(loadText(text))).complaints
    expect(await told(LAUGHS)).toMatchObject([{ line: 3, column: 8, found: '*b, which stands for other aliases' }])
    expect(await told('name: *nobody\nload: *nothing')).toMatchObject([
      { line: 1, column: 7, expected: 'an anchor &nobody before this alias', found: '*nobody' },
      { line: 2, column: 7, expected: 'an anchor &nothing before this alias', found: '*nothing' },
    ])
    expect(await told('name: x\nload: &load\n  - *load')).toMatchObject([
      { line: 3, column: 5, expected: 'no alias of &load inside of what it names' },
    ])
  })

  test('secrets are masked wherever they would be printed', async () => {
    const env = { HL7BENCH_SECRET_PEPPER: 'correct"horse', OTHER: 'visible-one' }
    const { message, complaints } = await refusal(
      loadInput(
        {
          ...small,
          name: 'x correct"horse visible-one',
          'key-correct"horse': 1,
          sut: { env: { DB_SECRET: 'literal' } },
        },
        { env },
      ),
    )
    expect(message + JSON.stringify(complaints)).not.toContain('horse')
    expect(message).not.toContain('literal')
    expect(message).toContain('visible-one')
  })

  test('a long value is shortened', async () => {
    const { complaints } = await refusal(loadInput({ ...small, runs: 'x'.repeat(1_000) }))
    expect(complaints[0]!.found.length).toBeLessThanOrEqual(80)
  })

  test.each([
    [
      'two loads of one name',
      {
        load: [
          { ...mllp, name: 'a' },
          { ...mllp, name: 'a' },
        ],
      },
      ['load[1].name'],
    ],
    ['a load called audit', { load: [{ ...mllp, name: 'audit' }] }, ['load[0].name']],
    ['no load', { load: [] }, ['load']],
    ['a scenario that is a list', [], ['name', 'load']],
    ['more generators than connections', { load: [{ ...mllp, feeds: 2, generators: 3 }] }, ['load[0].generators']],
    ['feeds and connections', { load: [{ ...mllp, feeds: 2, connections: 2 }] }, ['load[0].feeds']],
    [
      'fixed work with a warm-up',
      { load: [{ ...mllp, workload: { kind: 'closed', records: 5 } }], phases: { warmupMs: 1 } },
      ['phases.warmupMs'],
    ],
    [
      'some fixed work and no length',
      { load: [{ ...mllp, workload: { kind: 'closed', records: 5 } }, fhir] },
      ['phases.measureMs'],
    ],
    [
      'more records than arrive',
      { load: [{ ...mllp, workload: { kind: 'open', ratePerSecond: 1, records: 900 } }] },
      ['load[0].workload.records'],
    ],
    [
      'a rate without arrivals',
      { load: [{ ...mllp, workload: { kind: 'open', ratePerSecond: 0.001 } }] },
      ['load[0].workload.ratePerSecond'],
    ],
    ['no weight in the mix', { load: [{ ...mllp, messages: { mix: { 'ADT^A01': 0 } } }] }, ['load[0].messages.mix']],
    [
      'an unknown message type',
      { load: [{ ...mllp, messages: { mix: { 'ADT^A0': 1 } } }] },
      ['load[0].messages.mix["ADT^A0"]'],
    ],
    ['a glob without files', { load: [{ ...mllp, messages: { files: 'none/*.hl7' } }] }, ['load[0].messages.files']],
    [
      'pacing without a schedule',
      { load: [{ ...mllp, workload: { kind: 'closed' }, pacing: 'spin' }] },
      ['load[0].pacing'],
    ],
    ['a resend that is none', { load: [{ ...mllp, onUnknown: 'resend', maxAttempts: 1 }] }, ['load[0].maxAttempts']],
    ['phases that no timer spans together', { phases: { measureMs: '576h', drainMs: 0 } }, ['phases']],
    ['a phase that no timer spans', { phases: { measureMs: 2_147_483_647 } }, ['phases.measureMs']],
    [
      'a timeout that no timer spans with the patience beyond it',
      { load: [{ ...mllp, timeoutMs: 2_147_483_647 }] },
      ['load[0].timeoutMs'],
    ],
    ['a bad duration', { phases: { measureMs: '3 weeks' } }, ['phases.measureMs']],
    [
      'faults of a SUT of the user',
      { sut: { start: 'x', builtin: { mllp: { faults: [{ kind: 'drop', every: 2 }] } } } },
      ['sut.builtin.mllp.faults'],
    ],
    ['an unknown placeholder', { sut: { start: 'engine {port}' } }, ['sut.start']],
    ['a folder that is not there', { sut: { start: 'engine', cwd: 'nowhere' } }, ['sut.cwd']],
    ['ec2', { environment: { kind: 'ec2' } }, ['environment.kind']],
  ])('%s is refused', async (_, part, expected) => {
    expect(await paths(loadInput(Array.isArray(part) ? {} : { ...small, ...part }))).toEqual(expected)
  })

  test.each([
    ['a host that is not allowed', { mllp: 'mllp://engine.example.org:2575' }, 'allowHosts'],
    ['a missing endpoint', { fhir: 'http://127.0.0.1/fhir' }, "add mllp: 'mllp://host:port'"],
    ['a name that only begins like loopback', { mllp: 'mllp://127.0.0.1.example.org' }, 'allowHosts'],
  ])('attached: %s is refused with the remedy', async (_, endpoints, remedy) => {
    const { complaints } = await refusal(loadInput({ ...small, environment: { kind: 'attached', ...endpoints } }))
    expect(complaints).toHaveLength(1)
    expect(complaints[0]!.hint).toContain(remedy)
  })

  test.each(['mllp://127.0.0.9:1', 'mllp://[::1]:1', 'mllp://localhost', 'mllp://Engine.example.org:9'])(
    'attached: %s is accepted when loopback or listed',
    async url => {
      const { scenario } = await loadInput({
        ...small,
        environment: { kind: 'attached', mllp: url },
        allowHosts: ['engine.example.org'],
      })
      expect(scenario.environment).toMatchObject({ kind: 'attached', parallel: 1, fhir: null })
    },
  )

  test('a think time as long as the measured phase is doubtful', async () => {
    const closed = (thinkMs: number) => ({ ...mllp, workload: { kind: 'closed', thinkMs } })
    const warned = async (thinkMs: number) =>
      (await loadInput({ ...small, load: [closed(thinkMs)], phases: { measureMs: '3s' } })).warnings
    expect(await warned(3000)).toEqual([expect.stringContaining('The think time of load mllp, 3000 ms')])
    expect(await warned(2999)).toEqual([])
  })

  test('what is allowed but doubtful is a warning', async () => {
    const environment = { kind: 'attached', fhir: 'http://127.0.0.1:8080/fhir/' }
    const { warnings, scenario } = await loadInput({
      name: 'a',
      environment,
      load: [fhir],
      slo: { 'audit.lost': '= 0', 'fhir.response.p99': '< 1000 s' },
    })
    expect(warnings.map(text => text.slice(0, 10))).toEqual(['audit.lost', 'Load fhir ', 'SLO fhir.r'])
    expect(scenario.environment).toMatchObject({ fhir: { host: '127.0.0.1', port: 8080, basePath: '/fhir' } })
  })
})
