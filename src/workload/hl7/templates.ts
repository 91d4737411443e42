import type { Charset, Hl7Version } from '../../model/scenario.ts'
import { DECLARED } from '../charset.ts'
import { hasWithdrawnTypes, type MessageType, messageTypeField } from './messageType.ts'
import {
  ALLERGY,
  APPOINTMENT_RESOURCES,
  appointmentSegment,
  CHARGE,
  DIAGNOSIS,
  DOCUMENT,
  eventSegment,
  IMMUNIZATION,
  LEAN_VISIT,
  leanOrder,
  loinc,
  measurement,
  observationRequest,
  orderSegment,
  PRIMARY_CARE,
  segment,
  visitSegment,
} from './segments.ts'

/** Lines that stand for segments of the patient at hand, see `createLooks`, and for padding. */
export const PATIENT_LINE = '{PID}'
export const PATIENT_AND_KIN_LINE = '{PID PD1 NK1}'
export const LEAN_PATIENT_LINE = '{lean PID}'
export const PADDING_LINE = '{padding}'

/** By such a line: the segments that it stands for. */
export const LOOK_SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  [PATIENT_LINE]: ['PID'],
  [PATIENT_AND_KIN_LINE]: ['PID', 'PD1', 'NK1'],
  [LEAN_PATIENT_LINE]: ['PID'],
}

const WEIGHT = measurement(1, loinc('29463-7', 'Body weight'), 'kg^kilogram^UCUM')
const HEIGHT = measurement(2, loinc('8302-2', 'Body height'), 'cm^centimeter^UCUM')

const PANEL = [
  ['2345-7', 'Glucose', 'mg/dL'],
  ['3094-0', 'Urea nitrogen', 'mg/dL'],
  ['2160-0', 'Creatinine', 'mg/dL'],
  ['2951-2', 'Sodium', 'mmol/L'],
  ['2075-0', 'Chloride', 'mmol/L'],
  ['1742-6', 'Alanine aminotransferase', 'U/L'],
  ['1920-8', 'Aspartate aminotransferase', 'U/L'],
  ['6768-6', 'Alkaline phosphatase', 'U/L'],
].map(([code, display, unit], i) => measurement(i + 1, loinc(code!, display!), `${unit}^${unit}^UCUM`))

const NOTE = segment('OBX', {
  1: '1',
  2: 'TX',
  3: loinc('11506-3', 'Progress note'),
  5: 'Synthetic progress note for load testing. The patient does not exist.',
  11: 'F',
})

type Bodies = Readonly<Record<MessageType, readonly string[]>>

const bodies = (version: Hl7Version): Bodies => ({
  'ADT^A01': [PATIENT_AND_KIN_LINE, visitSegment(), WEIGHT, HEIGHT, PADDING_LINE, ALLERGY, DIAGNOSIS],
  'ADT^A03': [PATIENT_LINE, PRIMARY_CARE, visitSegment(true), DIAGNOSIS, WEIGHT, PADDING_LINE],
  'ADT^A04': [PATIENT_AND_KIN_LINE, visitSegment(), WEIGHT, HEIGHT, PADDING_LINE, DIAGNOSIS],
  'ADT^A08': [PATIENT_AND_KIN_LINE, visitSegment(), WEIGHT, HEIGHT, PADDING_LINE, ALLERGY],
  'ORM^O01': [
    PATIENT_LINE,
    visitSegment(),
    orderSegment('NW', version),
    observationRequest(false, version),
    DIAGNOSIS,
    WEIGHT,
    PADDING_LINE,
  ],
  'ORU^R01': [
    PATIENT_LINE,
    visitSegment(),
    orderSegment('RE', version),
    observationRequest(true, version),
    ...PANEL,
    PADDING_LINE,
  ],
  'SIU^S12': [PADDING_LINE, PATIENT_LINE, visitSegment(), ...APPOINTMENT_RESOURCES],
  'MDM^T02': [PATIENT_LINE, visitSegment(), DOCUMENT, NOTE, PADDING_LINE],
  'DFT^P03': [PATIENT_LINE, visitSegment(), WEIGHT, PADDING_LINE, CHARGE],
  'VXU^V04': [PATIENT_AND_KIN_LINE, visitSegment(), orderSegment('RE', version), ...IMMUNIZATION, PADDING_LINE],
})

/** The segments that the structure of a message requires, for sizes below that of the whole template. */
const leanBodies = (version: Hl7Version): Bodies => ({
  'ADT^A01': [LEAN_PATIENT_LINE, LEAN_VISIT, PADDING_LINE],
  'ADT^A03': [LEAN_PATIENT_LINE, LEAN_VISIT, PADDING_LINE],
  'ADT^A04': [LEAN_PATIENT_LINE, LEAN_VISIT, PADDING_LINE],
  'ADT^A08': [LEAN_PATIENT_LINE, LEAN_VISIT, PADDING_LINE],
  'ORM^O01': [LEAN_PATIENT_LINE, leanOrder('NW', version), observationRequest(false, version, true), PADDING_LINE],
  'ORU^R01': [LEAN_PATIENT_LINE, observationRequest(true, version, true), PANEL[0]!, PADDING_LINE],
  'SIU^S12': [PADDING_LINE, LEAN_PATIENT_LINE, APPOINTMENT_RESOURCES[0]!],
  'MDM^T02': [LEAN_PATIENT_LINE, LEAN_VISIT, DOCUMENT, NOTE, PADDING_LINE],
  'DFT^P03': [LEAN_PATIENT_LINE, PADDING_LINE, CHARGE],
  'VXU^V04': [LEAN_PATIENT_LINE, leanOrder('RE', version), ...IMMUNIZATION.slice(0, 2), PADDING_LINE],
})

export interface TemplateOptions {
  readonly acknowledgement: 'original' | 'enhanced'
  readonly charset: Charset
  /** Only what the structure requires. */
  readonly lean: boolean
}

const PLAIN: TemplateOptions = { acknowledgement: 'original', charset: 'ascii', lean: false }

/**
 * The lines of a message: segments with slots in braces, or one of the lines above. MSH-11 is T (training), MSH-15 and MSH-16
 * are empty in original acknowledgement mode and AL (always) in enhanced mode, MSH-18 names the charset, empty for ASCII.
 */
export function templateOf(type: MessageType, version: Hl7Version, options: Partial<TemplateOptions> = {}): string[] {
  const { lean, ...asked } = { ...PLAIN, ...options }
  const body = (lean ? leanBodies : bodies)(version)[type].map(line => inVersion(line, version))
  return [header(type, version, asked), ...openingLines(type, version), ...body]
}

/** MSH; what would be empty at its end is left out. */
function header(type: MessageType, version: Hl7Version, asked: Omit<TemplateOptions, 'lean'>): string {
  const start = `MSH|^~\\&|HL7BENCH|SAMPLE|TARGET|SAMPLE|{now}||${messageTypeField(type, version)}|{identity}|T|${version}`
  const condition = asked.acknowledgement === 'enhanced' ? 'AL' : ''
  return `${start}|||${condition}|${condition}||${DECLARED[asked.charset]}`.replace(/\|+$/, '')
}

function inVersion(line: string, version: Hl7Version): string {
  return hasWithdrawnTypes(version) ? line : line.replace(/^(OBX\|\d+\|)CE\|/, '$1CWE|')
}

function openingLines(type: MessageType, version: Hl7Version): string[] {
  const [code, trigger] = type.split('^') as [string, string]
  if (code === 'SIU') return [appointmentSegment(version)]
  return code === 'ADT' || code === 'MDM' || code === 'DFT' ? [eventSegment(trigger, version)] : []
}
