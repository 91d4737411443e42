/** Identifier systems of the resources. The first is CMS Blue Button's: an SHA-256-sized hash of the Medicare number. */
export const HICN_HASH_SYSTEM = 'http://bluebutton.cms.hhs.gov/identifier#hicnHash'
export const MRN_SYSTEM = 'https://hl7bench.example.org/identifier/mrn'
export const COVERAGE_SYSTEM = 'https://hl7bench.example.org/identifier/coverage'
export const CLAIM_SYSTEM = 'https://hl7bench.example.org/identifier/claim'
export const OBSERVATION_SYSTEM = 'https://hl7bench.example.org/identifier/observation'
/** Value = the identity of the message that created the record: run, load and index. */
export const RECORD_SYSTEM = 'https://hl7bench.example.org/identifier/record'
