import type { Hl7Version } from '../../model/scenario.ts'

/** Message types that the templates cover, with the abstract structure of MSH-9.3. */
const STRUCTURES = {
  'ADT^A01': 'ADT_A01',
  'ADT^A03': 'ADT_A03',
  'ADT^A04': 'ADT_A01',
  'ADT^A08': 'ADT_A01',
  'ORM^O01': 'ORM_O01',
  'ORU^R01': 'ORU_R01',
  'SIU^S12': 'SIU_S12',
  'MDM^T02': 'MDM_T02',
  'DFT^P03': 'DFT_P03',
  'VXU^V04': 'VXU_V04',
} as const

export type MessageType = keyof typeof STRUCTURES

export const MESSAGE_TYPES = Object.keys(STRUCTURES) as readonly MessageType[]

export const HL7_VERSIONS: readonly Hl7Version[] = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8']

export function isMessageType(name: string): name is MessageType {
  return Object.hasOwn(STRUCTURES, name)
}

/** MSH-9. The third component came with HL7 2.3.1. ORM was withdrawn in 2.7 (chapter 4): from then on its place in a mix is that of the laboratory order. */
export function messageTypeField(type: MessageType, version: Hl7Version): string {
  if (version === '2.3') return type
  return type === 'ORM^O01' && !hasWithdrawnFields(version) ? 'OML^O21^OML_O21' : `${type}^${STRUCTURES[type]}`
}

/** From 2.7 on the fields kept for backward compatibility (EVN-1, PID-13, PID-19 ..) are withdrawn. */
export function hasWithdrawnFields(version: Hl7Version): boolean {
  return version !== '2.7' && version !== '2.8'
}

/** From 2.6 on coded values are CWE instead of CE, and telephone numbers are given in parts: the older forms are withdrawn. */
export function hasWithdrawnTypes(version: Hl7Version): boolean {
  return hasWithdrawnFields(version) && version !== '2.6'
}

/** Place of a type in an encounter: appointment, arrival, changes, orders, results, documents, charges, discharge. */
export const STAGE_OF: Readonly<Record<MessageType, number>> = {
  'SIU^S12': 0,
  'ADT^A01': 1,
  'ADT^A04': 1,
  'ADT^A08': 2,
  'VXU^V04': 3,
  'ORM^O01': 4,
  'ORU^R01': 5,
  'MDM^T02': 6,
  'DFT^P03': 7,
  'ADT^A03': 8,
}

/** Types of an outpatient's visit, where it has no arrival that says of which class it is. */
export const OUTPATIENT_TYPES: readonly MessageType[] = ['SIU^S12', 'VXU^V04']

/** The stage at which an encounter begins. */
export const ARRIVAL_STAGE = 1
