import type { FieldPath } from '../../model/downstream.ts'
import { IDENTITY_LENGTH } from '../identity.ts'
import { bytesToText, textToBytes } from './byteText.ts'
import type { CompiledMessages, CompiledType } from './compiled.ts'
import { cutAround, DEFAULT_SEPARATORS, fieldPathText, isCarried, type Separators } from './fieldPath.ts'
import { LOOK_SEGMENTS } from './templates.ts'

const CR = 0x0d
const PLACE = '0'.repeat(IDENTITY_LENGTH)

/**
 * The same messages, carrying their identity at `path` besides MSH-10.
 * @throws RangeError naming every type and message that has no such segment
 */
export function carryIdentity(compiled: CompiledMessages, path: FieldPath): CompiledMessages {
  if (!isCarried(path)) return compiled
  if (compiled.kind === 'code') return { ...compiled, identityAt: path }
  if (compiled.kind === 'files') {
    complainOf(
      compiled.messages.map(
        (text, i) => () => carryInMessage(textToBytes(text), path, `message ${i + 1} of the files`),
      ),
    )
    return { ...compiled, identityAt: path }
  }
  const types: CompiledType[] = []
  complainOf(compiled.types.map(type => () => types.push(carryInType(type, path))))
  return { ...compiled, types, identityAt: path }
}

function complainOf(attempts: readonly (() => unknown)[]): void {
  const complaints = attempts.flatMap(attempt => {
    try {
      attempt()
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
  if (complaints.length > 0) throw new RangeError(complaints.join('\n'))
}

/** A segment of a template with the slot of the identity at `path`; other segments as they are. */
export function carryInLine(line: string, path: FieldPath | undefined): string {
  if (path === undefined || !line.startsWith(`${path.segment}|`)) return line
  return cutAround(line, path, DEFAULT_SEPARATORS).join('{identity}')
}

/** A lean template without the segment that carries the identity gives way to the whole one. */
function carryInType(type: CompiledType, path: FieldPath): CompiledType {
  const lines = carryInTemplate(type.type, type.lines, path)
  const isLean = path.segment.startsWith('Z') || type.leanLines.some(line => isOf(line, path.segment))
  return { ...type, lines, leanLines: isLean ? carryInTemplate(type.type, type.leanLines, path) : lines }
}

/** Segments that are made for each patient carry it as `carryInLine` says. */
const isMade = (line: string, segment: string): boolean => LOOK_SEGMENTS[line]?.includes(segment) ?? false

const isOf = (line: string, segment: string): boolean => isMade(line, segment) || line.startsWith(`${segment}|`)

/** The lines of a template with the identity at `path`; a Z segment that is missing is added at the end. */
function carryInTemplate(type: string, lines: readonly string[], path: FieldPath): readonly string[] {
  const at = lines.findIndex(line => isOf(line, path.segment))
  if (at >= 0 && isMade(lines[at]!, path.segment)) return lines
  if (at >= 0) return lines.map((line, i) => (i === at ? carryInLine(line, path) : line))
  if (path.segment.startsWith('Z')) return [...lines, carryInLine(`${path.segment}|`, path)]
  throw missing(`${type} of the built-in templates`, path)
}

/** A message with room for the identity, and where in it that is. */
export interface CarryingMessage {
  readonly bytes: Uint8Array
  /** -1 = it carries none besides MSH-10. */
  readonly at: number
}

/**
 * Makes room for the identity at `path` of a message; a Z segment that is missing is added at the end.
 * @throws Error naming `what` when the message has no such segment
 */
export function carryInMessage(message: Uint8Array, path: FieldPath | undefined, what: string): CarryingMessage {
  if (path === undefined) return { bytes: message, at: -1 }
  const text = bytesToText(message)
  const separators = separatorsOf(text)
  const segments = text.split('\r')
  while (segments.at(-1) === '') segments.pop()
  const found = segments.findIndex(segment => segment.split(separators.field, 1)[0] === path.segment)
  if (found === -1 && !path.segment.startsWith('Z')) throw missing(what, path)
  const at = found === -1 ? segments.length : found
  const [before, after] = cutAround(segments[at] ?? path.segment, path, separators)
  const head = [...segments.slice(0, at), before].join('\r')
  const tail = [after, ...segments.slice(at + 1)].join('\r')
  const ending = message.at(-1) === CR ? '\r' : ''
  return { bytes: textToBytes(head + PLACE + tail + ending), at: head.length }
}

function missing(what: string, path: FieldPath): Error {
  return new Error(
    `${what} has no ${path.segment} segment to carry the identity at ${fieldPathText(path)}; name another place, such as ZHB-1, which is added`,
  )
}

function separatorsOf(text: string): Separators {
  return { field: text[3] ?? '|', component: text[4] ?? '^', repetition: text[5] ?? '~' }
}
