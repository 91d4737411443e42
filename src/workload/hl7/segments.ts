import type { Hl7Version } from '../../model/scenario.ts'
import type { Look } from '../person.ts'
import { escapeText } from './escape.ts'
import { hasWithdrawnFields, hasWithdrawnTypes } from './messageType.ts'

/** A segment from its fields by number; the fields between are empty. */
export function segment(name: string, fields: Readonly<Record<number, string>>): string {
  const last = Math.max(...Object.keys(fields).map(Number))
  return [name, ...Array.from({ length: last }, (_, i) => fields[i + 1] ?? '')].join('|')
}

/** A coded value of LOINC. */
export function loinc(code: string, display: string): string {
  return `${code}^${display}^LN`
}

const CLINICIAN = '10001^Sampleman^Testa'
const IDENTIFIER = 'HB{mrn}^^^HL7BENCH^MR'
const VISIT = 'V{visit}^^^HL7BENCH^VN'
/** Placer order number: the same in the order and in its result. */
const ORDER = 'O{visit}{ordinal}^HL7BENCH'

export function eventSegment(trigger: string, version: Hl7Version): string {
  return segment('EVN', { 1: hasWithdrawnFields(version) ? trigger : '', 2: '{today}' })
}

/** Stands for the place in PID-11 where free text makes a message exactly as long as it should be. */
export const FILLER = '{filler}'

/** PID of every patient with this look; the filler is the second line of the address. The e-mail address is a repetition of its own (XTN, HL7 v2.5.1, 2.A.89). */
export function patientSegment(look: Look, version: Hl7Version): string {
  const withdrawn = hasWithdrawnFields(version)
  const who = escapeLook(look)
  return segment('PID', {
    1: '1',
    3: IDENTIFIER,
    5: `${who.familyName}^${who.givenName}^${who.middleInitial}`,
    7: '{born}',
    8: who.sex,
    11: `${who.street}^${FILLER}^${who.city}^${who.state}^${who.zip}^USA`,
    ...(withdrawn && { 13: `${telephone(who.phone, version)}~^NET^Internet^${who.email}` }),
    16: 'S',
    18: 'V{visit}^^^HL7BENCH^AN',
    ...(withdrawn && { 19: '9{ssn}' }),
  })
}

/** XTN: the whole number as text in the first component, later area code and local number apart. */
function telephone(number: string, version: Hl7Version): string {
  const [, area, local = ''] = /^\((\d+)\)(.+)$/.exec(number) ?? []
  return hasWithdrawnTypes(version) ? `${number}^PRN^PH` : `^PRN^PH^^^${area}^${local.replace('-', '')}`
}

/** The least that identifies a patient of this look; the filler is the address. Kind and issuer of an identifier are required from 2.7 on (CX.4, CX.5). */
export function leanPatientSegment(look: Look, version: Hl7Version): string {
  const { familyName, givenName, sex } = escapeLook(look)
  const identifier = hasWithdrawnFields(version) ? 'HB{mrn}' : IDENTIFIER
  return segment('PID', { 3: identifier, 5: `${familyName}^${givenName}`, 7: '{born}', 8: sex, 11: FILLER })
}

function escapeLook(look: Look): Look {
  const { familyName, givenName, street, city } = look
  const [family, given, line, town] = [familyName, givenName, street, city].map(escapeText) as [
    string,
    string,
    string,
    string,
  ]
  return { ...look, familyName: family, givenName: given, street: line, city: town }
}

/** NK1: an invented relative at the patient's address. */
export function kinSegment(look: Look, version: Hl7Version): string {
  const who = escapeLook(look)
  return segment('NK1', {
    1: '1',
    2: `${who.familyName}^Kin${who.middleInitial.toLowerCase()}`,
    3: 'OTH^Other^HL70063',
    4: `${who.street}^^${who.city}^${who.state}^${who.zip}^USA`,
    5: telephone(who.phone, version),
  })
}

export const PRIMARY_CARE = segment('PD1', { 3: 'Sample Clinic^L' })
export const ALLERGY = segment('AL1', { 1: '1', 2: 'DA', 3: '7980^Penicillin^RXNORM', 4: 'MO', 5: 'Rash' })
export const DIAGNOSIS = segment('DG1', { 1: '1', 3: 'I10^Essential hypertension^I10', 5: '{admitted}', 6: 'A' })

/** PV1 of a visit of any class, see `lineOfClass`; `discharged` adds disposition and time. */
export function visitSegment(discharged = false): string {
  return segment('PV1', {
    1: '1',
    2: '{class}',
    3: '{ward}^{room}^{bed}^SAMPLE',
    4: 'R',
    7: CLINICIAN,
    10: 'MED',
    14: '1',
    17: CLINICIAN,
    19: VISIT,
    ...(discharged && { 36: '01' }),
    44: '{admitted}',
    ...(discharged && { 45: '{today}' }),
  })
}

export const LEAN_VISIT = segment('PV1', { 1: '1', 2: '{class}' })

/** A numeric observation; its value is drawn per message, 60 to 199. */
export function measurement(setId: number, code: string, unit: string): string {
  return segment('OBX', { 1: String(setId), 2: 'NM', 3: code, 5: '{level}', 6: unit, 11: 'F', 14: '{today}' })
}

export function orderSegment(control: 'NW' | 'RE', version: Hl7Version): string {
  return segment('ORC', {
    1: control,
    2: ORDER,
    ...(control === 'RE' && { 3: `F${ORDER}` }),
    ...timing(7, version),
    9: '{today}',
    12: CLINICIAN,
  })
}

export const leanOrder = (control: 'NW' | 'RE', version: Hl7Version): string =>
  segment('ORC', { 1: control, 2: ORDER, ...timing(7, version) })

/** Quantity/timing of an order, today and as a matter of routine: required in 2.3 alone. */
function timing(field: number, version: Hl7Version): Readonly<Record<number, string>> {
  return version === '2.3' ? { [field]: '^^^{today}^^R' } : {}
}

/** A result names its filler's order in OBR-3, as a lean one has no ORC-3 (HL7 v2.5.1, 4.5.3.3). */
export function observationRequest(resulted: boolean, version: Hl7Version, lean = false): string {
  const code = loinc('24323-8', 'Comprehensive metabolic panel')
  const required = { 1: '1', 2: ORDER, ...(resulted && { 3: `F${ORDER}` }), 4: code, ...timing(27, version) }
  if (lean) return segment('OBR', { ...required, ...(resulted && { 7: '{today}', 25: 'F' }) })
  return segment('OBR', {
    ...required,
    7: '{today}',
    16: CLINICIAN,
    ...(resulted && { 22: '{today}', 24: 'CH', 25: 'F' }),
  })
}

/** SCH; its duration and quantity/timing were withdrawn in 2.7, and timing was required before 2.5. */
export function appointmentSegment(version: Hl7Version): string {
  return segment('SCH', {
    1: 'A{visit}{ordinal}^HL7BENCH',
    2: 'FA{visit}{ordinal}^HL7BENCH',
    6: 'ROUTINE^Routine appointment^HL70276',
    7: 'CHECKUP^Routine check-up^HL70276',
    8: 'NORMAL^Normal^HL70277',
    ...(hasWithdrawnFields(version) && { 9: '30', 10: 'min^minute^UCUM', 11: '^^M30^{today}' }),
    16: CLINICIAN,
    20: CLINICIAN,
    25: 'Booked^Booked^HL70278',
  })
}

export const APPOINTMENT_RESOURCES = [
  segment('RGS', { 1: '1', 2: 'A' }),
  segment('AIS', { 1: '1', 2: 'A', 3: '99213^Office visit^C4', 4: '{today}', 7: '30', 8: 'min^minute^UCUM' }),
  segment('AIG', { 1: '1', 2: 'A', 3: 'ROOM7^Examination room 7^L', 4: 'ROOM^Room^L' }),
  segment('AIL', { 1: '1', 2: 'A', 3: 'CLINIC1^^^SAMPLE', 4: 'CLINIC^Clinic^L' }),
  segment('AIP', { 1: '1', 2: 'A', 3: CLINICIAN, 4: 'PHYSICIAN^Physician^L' }),
]

export const DOCUMENT = segment('TXA', {
  1: '1',
  2: 'PN',
  3: 'TX',
  4: '{today}',
  5: CLINICIAN,
  6: '{today}',
  12: 'D{visit}{ordinal}^HL7BENCH',
  17: 'AU',
  19: 'AV',
})

export const CHARGE = segment('FT1', {
  1: '1',
  2: '{visit}{ordinal}',
  4: '{today}',
  6: 'CG',
  7: '99213^Office visit^C4',
  10: '1',
  11: '128.00&USD',
  19: 'I10^Essential hypertension^I10',
  20: CLINICIAN,
})

export const IMMUNIZATION = [
  segment('RXA', {
    1: '0',
    2: '1',
    3: '{today}',
    4: '{today}',
    5: '140^Influenza, seasonal, injectable, preservative free^CVX',
    6: '0.5',
    7: 'mL^milliliter^UCUM',
    9: '00^New immunization record^NIP001',
    10: CLINICIAN,
    15: 'LOT0001',
    16: '20301231',
    17: 'OTH^Other^MVX',
    20: 'CP',
    21: 'A',
  }),
  segment('RXR', { 1: 'IM^Intramuscular^HL70162', 2: 'LA^Left Arm^HL70163' }),
  segment('OBX', {
    1: '1',
    2: 'CE',
    3: loinc('64994-7', 'Vaccine funding program eligibility category'),
    4: '1',
    5: 'V01^Not VFC eligible^HL70064',
    11: 'F',
    14: '{today}',
  }),
]
