import { defineScenario } from 'hl7bench'

/**
 * The initial load: a fixed amount of work, so the duration is the measurement and there is no warm-up.
 * 3,672 records as in the CMS Blue Button benchmark's SAMPLE_B: 1,000 beneficiaries, 1,477 carrier claims and 1,195 drug events.
 * Each is a conditional create, so that one sent again after a lost reply changes nothing.
 */
export default defineScenario({
  name: 'fhir-load',
  description: '3,672 records by conditional create: beneficiaries and claims',
  load: [
    {
      protocol: 'fhir',
      connections: 16,
      workload: { kind: 'closed', records: 3_672 },
      operations: [
        { create: 'Patient', conditional: true, weight: 1_000 },
        { create: 'ExplanationOfBenefit', conditional: true, weight: 1_477 + 1_195 },
      ],
      onUnknown: 'resend',
    },
  ],
  phases: { measureMs: '10m' },
  slo: { 'fhir.errors': '= 0', 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
})
