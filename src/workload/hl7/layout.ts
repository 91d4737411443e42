import { LOOK_LINES } from './looks.ts'
import { createAttachmentPadding, createTextPadding, NO_PADDING, type Padding } from './padding.ts'
import { INPATIENT, lineOfClass, OUTPATIENT } from './patientClass.ts'
import { ATTACHMENT_FROM_BYTES } from './sizes.ts'
import { compileSlots, type SlottedBytes } from './slots.ts'
import { PADDING_LINE } from './templates.ts'

export const FIXED = 0
export const PATIENT = 1
export const PADDING = 2

/** A message type ready to render, for visits of one class: its parts in order. */
export interface Layout {
  /** FIXED, PATIENT or PADDING, part by part. */
  readonly kinds: Uint8Array
  /** By part; what is not FIXED has an empty one. */
  readonly parts: readonly SlottedBytes[]
  /** Which segments of the patient its part PATIENT has: a place in `LOOK_LINES`. */
  readonly patientLine: number
  /** Bytes of all fixed parts. */
  readonly fixedBytes: number
  readonly text: Padding
  readonly attachment: Padding
}

/**
 * The layouts of a message type by class of the visit, INPATIENT and OUTPATIENT. They share their padding.
 * @param largestBytes the largest message that may be asked for; 0 = none is padded
 */
export function createLayouts(
  lines: readonly string[],
  largestBytes: number,
  encode: (text: string) => Uint8Array,
): readonly Layout[] {
  const padding = paddings(lines, largestBytes)
  return [INPATIENT, OUTPATIENT].map(patientClass => ({
    ...fixedParts(
      lines.map(line => lineOfClass(line, patientClass)),
      encode,
    ),
    ...padding,
  }))
}

function fixedParts(
  lines: readonly string[],
  encode: (text: string) => Uint8Array,
): Omit<Layout, 'text' | 'attachment'> {
  const pieces = piecesOf(lines)
  const parts = pieces.map(({ text }) => compileSlots(text, encode))
  return {
    kinds: Uint8Array.from(pieces, ({ kind }) => kind),
    parts,
    patientLine: LOOK_LINES.findIndex(line => lines.includes(line)),
    fixedBytes: parts.reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}

/** Notes may only stand before the patient, in an appointment; there they are all the padding there is. */
function paddings(lines: readonly string[], largestBytes: number): { text: Padding; attachment: Padding } {
  if (largestBytes === 0) return { text: NO_PADDING, attachment: NO_PADDING }
  const before = lines.slice(0, lines.indexOf(PADDING_LINE))
  const isNotes = !before.some(isPatient)
  const setId = 1 + before.filter(line => line.startsWith('OBX|')).length
  const text = createTextPadding(
    isNotes ? 'NTE' : 'OBX',
    setId,
    isNotes ? largestBytes : Math.min(largestBytes, ATTACHMENT_FROM_BYTES),
  )
  return { text, attachment: isNotes ? text : createAttachmentPadding(setId) }
}

function piecesOf(lines: readonly string[]): { kind: number; text: string }[] {
  const pieces: { kind: number; text: string }[] = []
  for (const line of lines) {
    const kind = kindOf(line)
    const last = pieces.at(-1)
    if (kind !== FIXED) pieces.push({ kind, text: '' })
    else if (last?.kind === FIXED) last.text += `${line}\r`
    else pieces.push({ kind, text: `${line}\r` })
  }
  return pieces
}

function kindOf(line: string): number {
  if (isPatient(line)) return PATIENT
  return line === PADDING_LINE ? PADDING : FIXED
}

const isPatient = (line: string): boolean => LOOK_LINES.includes(line)
