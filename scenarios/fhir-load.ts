import { defineScenario } from 'hl7bench'

/**
 * The initial load: a fixed amount of work, so the duration is the measurement and there is no warm-up.
 * 3,672 records as in the CMS Blue Button benchmark's SAMPLE_B. Each is one transaction of conditional creates, so that one sent again
 * after a lost reply changes nothing.
 */
export default defineScenario({
  name: 'fhir-load',
  description: '3,672 records, each a Patient with Coverage and ExplanationOfBenefit',
  load: [
    {
      protocol: 'fhir',
      connections: 16,
      workload: { kind: 'closed', records: 3_672 },
      operations: [{ transaction: 'patient' }],
      onUnknown: 'resend',
    },
  ],
  phases: { measureMs: '10m' },
  slo: { 'fhir.errors': '= 0', 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
})
