import type { CompiledType } from './compiled.ts'
import { createAttachmentPadding, createTextPadding, NO_PADDING, type Padding } from './padding.ts'
import { ATTACHMENT_FROM_BYTES } from './sizes.ts'
import { compileSlots, type SlottedBytes } from './slots.ts'
import { KIN_LINE, PADDING_LINE, PATIENT_LINE } from './templates.ts'

/** A message type ready to render: its parts in order. */
export interface Layout {
  readonly parts: readonly Part[]
  /** Bytes of all fixed parts. */
  readonly fixedBytes: number
  readonly text: Padding
  readonly attachment: Padding
}

export type Part = SlottedBytes | 'PID' | 'NK1' | 'padding'

/** @param largestBytes the largest message that may be asked for; 0 = none is padded */
export function createLayout({ lines }: CompiledType, largestBytes: number): Layout {
  const parts = partsOf(lines)
  const padded = largestBytes > 0
  const firstSetId = 1 + lines.slice(0, lines.indexOf(PADDING_LINE)).filter(line => line.startsWith('OBX|')).length
  const notes = lines.indexOf(PADDING_LINE) < lines.indexOf(PATIENT_LINE)
  const text = padded
    ? createTextPadding(
        notes ? 'NTE' : 'OBX',
        firstSetId,
        notes ? largestBytes : Math.min(largestBytes, ATTACHMENT_FROM_BYTES),
      )
    : NO_PADDING
  return {
    parts,
    fixedBytes: parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part.bytes.length), 0),
    text,
    attachment: padded && !notes ? createAttachmentPadding(firstSetId) : text,
  }
}

function partsOf(lines: readonly string[]): Part[] {
  const parts: Part[] = []
  let text = ''
  const flush = () => {
    if (text !== '') parts.push(compileSlots(text))
    text = ''
  }
  for (const line of lines) {
    const special = specialPart(line)
    if (special === null) {
      text += `${line}\r`
      continue
    }
    flush()
    parts.push(special)
  }
  flush()
  return parts
}

function specialPart(line: string): 'PID' | 'NK1' | 'padding' | null {
  if (line === PATIENT_LINE) return 'PID'
  if (line === KIN_LINE) return 'NK1'
  return line === PADDING_LINE ? 'padding' : null
}
