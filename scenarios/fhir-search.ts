import { defineScenario } from 'hl7bench'

/**
 * The look-up of the CMS Blue Button front end: find the beneficiary by the hash of the HICN, then coverage and claims.
 * Each search must find exactly one record: 0 = not found, more than 1 = a hash collision, which raises an alarm.
 */
export default defineScenario({
  name: 'fhir-search',
  description: 'Patient by hicnHash, Coverage, ExplanationOfBenefit; each total exactly 1',
  load: [
    {
      protocol: 'fhir',
      connections: 16,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100 },
      population: 1_000,
      populate: 'before',
      operations: [
        { search: 'Patient', by: 'hicnHash', expectTotal: 1, weight: 2 },
        { search: 'Coverage', by: 'beneficiary', expectTotal: 1 },
        { search: 'ExplanationOfBenefit', by: 'patient', expectTotal: 1 },
      ],
    },
  ],
  slo: { 'fhir.response.p99': '< 500 ms', 'fhir.errors': '= 0' },
})
