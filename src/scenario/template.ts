const SCHEMA_URL = './node_modules/hl7bench/dist/scenario.schema.json'

const TYPESCRIPT = `import { defineScenario } from 'hl7bench'

export default defineScenario({
  // Names the test case in rows and reports.
  name: 'my-scenario',

  // What is measured. Without \`start\` these are hl7bench's built-in targets. To measure your own:
  // sut: { start: 'node ./engine.js --mllp {mllpPort} --fhir {fhirPort}' },
  // or servers that run already: environment: { kind: 'attached', mllp: 'mllp://127.0.0.1:2575' },
  environment: { kind: 'process' },

  // Generators run in parallel. open = arrivals on a schedule, whatever the replies; closed = the next send waits for a reply.
  load: [
    {
      protocol: 'mllp',
      feeds: 8,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100 },
      messages: { mix: { 'ADT^A01': 5, 'ORU^R01': 3, 'MDM^T02': 1 } }, // or { files: 'samples/*.hl7' }
    },
    {
      protocol: 'fhir',
      connections: 8,
      workload: { kind: 'open', ratePerSecond: 50 },
      population: 100,
      operations: [{ search: 'Patient', by: 'hicnHash', expectTotal: 1 }],
    },
  ],

  phases: { warmupMs: '2s', measureMs: '10s', drainMs: '10s' },

  // Missed = exit code 99.
  slo: { 'mllp.response.p99': '< 250 ms', 'fhir.response.p99': '< 500 ms', 'audit.lost': '= 0' },

  runs: 30,
  seed: 1,

  // Factors: their product is the cases.
  // vary: { 'load.mllp.window': [1, 4] },
})
`

const YAML = `# yaml-language-server: $schema=${SCHEMA_URL}

# Names the test case in rows and reports.
name: my-scenario

# What is measured. Without \`start\` these are hl7bench's built-in targets. To measure your own:
# sut:
#   start: node ./engine.js --mllp {mllpPort} --fhir {fhirPort}
# or servers that run already:
# environment: { kind: attached, mllp: 'mllp://127.0.0.1:2575' }
environment:
  kind: process

# Generators run in parallel. open = arrivals on a schedule, whatever the replies; closed = the next send waits for a reply.
load:
  - protocol: mllp
    feeds: 8
    workload: { kind: open, arrivals: poisson, ratePerSecond: 100 }
    messages: # or { files: 'samples/*.hl7' }
      mix: { ADT^A01: 5, ORU^R01: 3, MDM^T02: 1 }
  - protocol: fhir
    connections: 8
    workload: { kind: open, ratePerSecond: 50 }
    population: 100
    operations:
      - { search: Patient, by: hicnHash, expectTotal: 1 }

phases: { warmupMs: 2s, measureMs: 10s, drainMs: 10s }

# Missed = exit code 99.
slo:
  mllp.response.p99: < 250 ms
  fhir.response.p99: < 500 ms
  audit.lost: = 0

runs: 30
seed: 1

# Factors: their product is the cases.
# vary:
#   load.mllp.window: [1, 4]
`

/** The commented scenario that `hl7bench init` writes; it validates as it is. */
export function scenarioTemplate(format: 'ts' | 'yaml'): string {
  return format === 'ts' ? TYPESCRIPT : YAML
}
