import { defineScenario } from 'hl7bench'

/**
 * The first scenario to run: `hl7bench run scenarios/demo.ts`. No root, no network but loopback, under a minute.
 * Both built-in targets take about 10 ms per request (log-normal, from the seed), so the figures are about hl7bench's own targets.
 */
const serviceTime = { distribution: 'lognormal', meanMs: 10, cv: 0.5 } as const

export default defineScenario({
  name: 'demo',
  description: 'MLLP and FHIR load on the built-in targets',
  environment: { kind: 'process' },
  sut: { builtin: { mllp: { serviceTime }, fhir: { serviceTime } } },
  load: [
    {
      protocol: 'mllp',
      feeds: 8,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 200 },
      messages: { sizes: 'template' },
      timeoutMs: 1_000,
    },
    {
      protocol: 'fhir',
      connections: 8,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100 },
      population: 100,
      timeoutMs: 1_000,
      operations: [
        { search: 'Patient', by: 'hicnHash', expectTotal: 1 },
        { search: 'Coverage', by: 'beneficiary' },
        { search: 'ExplanationOfBenefit', by: 'patient' },
      ],
    },
  ],
  // Short, so that 30 runs take less than a minute; give real measurements 30 s each.
  phases: { warmupMs: 100, measureMs: 500, drainMs: 1_000 },
  slo: {
    'mllp.response.p99': '< 250 ms',
    'fhir.response.p99': '< 250 ms',
    'mllp.errors': '= 0',
    'fhir.errors': '= 0',
    'audit.lost': '= 0',
    'audit.duplicated': '= 0',
  },
  runs: 30,
  seed: 1,
})
