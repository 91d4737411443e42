import { defineScenario } from 'hl7bench'

/**
 * What does a PBKDF2 iteration more cost in load time? Records are hashed by the client on all cores, created unless they exist, and searched
 * again by their hash; every case is the same load with another count. Takes about 4 minutes on two cores.
 */
export default defineScenario({
  name: 'hash-iterations',
  description: 'Load time of a fixed number of records against the iterations of their PBKDF2 hash.',
  load: [
    {
      protocol: 'fhir',
      connections: 16,
      workload: { kind: 'closed', records: 600 },
      operations: [{ load: 'patients', iterations: 1_000 }],
    },
  ],
  phases: { warmupMs: 0, measureMs: '60s', drainMs: '10s' },
  slo: { 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
  runs: 30,
  vary: { 'load.fhir.operations[0].iterations': [1_000, 4_000, 8_000, 16_000] },
})
