import type { FieldPath } from '../../model/downstream.ts'
import type { Charset, Hl7Version, MessagesSpec, SizeLadder, SizeMixture } from '../../model/scenario.ts'
import { bytesToText } from './byteText.ts'
import { HL7_VERSIONS, isMessageType, MESSAGE_TYPES, type MessageType } from './messageType.ts'
import { templateOf } from './templates.ts'

/** What a generator needs to make the messages of a load: plain JSON. */
export type CompiledMessages = CompiledMix | CompiledFiles | CompiledCode

interface Carrying {
  /** Where messages carry their identity besides MSH-10; absent = nowhere. */
  readonly identityAt?: FieldPath
}

export interface CompiledCode extends Carrying {
  readonly kind: 'code'
}

export interface CompiledMix extends Carrying {
  readonly kind: 'mix'
  readonly version: Hl7Version
  readonly types: readonly CompiledType[]
  readonly sizes: 'template' | number | SizeLadder | SizeMixture
  readonly charset: Charset
  readonly population: number
  readonly skew: number
}

export interface CompiledType {
  readonly type: MessageType
  readonly weight: number
  /** Segments with slots in braces, see `templateOf`; those of the visit are of no class yet, see `lineOfClass`. */
  readonly lines: readonly string[]
  /** The same with only what the structure requires. */
  readonly leanLines: readonly string[]
}

export interface CompiledFiles extends Carrying {
  readonly kind: 'files'
  /** Segments ended by CR; one character per byte, as their charset is the user's own. */
  readonly messages: readonly string[]
}

/**
 * @param files messages of the spec's files (room `scenario` reads them, `parseHl7File` cuts them); only for `kind: 'files'`
 * @param acknowledgement what MSH-15 and MSH-16 of the built-in messages ask for; files and code say it themselves
 * @throws RangeError naming every type, weight, version, size and population that cannot be compiled
 */
export function compileMessages(
  spec: MessagesSpec,
  files: readonly Uint8Array[] = [],
  acknowledgement: 'original' | 'enhanced' = 'original',
): CompiledMessages {
  if (spec.kind === 'code') return { kind: 'code' }
  if (spec.kind === 'files') return compileFiles(files)
  const complaints = complaintsAbout(spec)
  if (complaints.length > 0) throw new RangeError(complaints.join('\n'))
  const { version, sizes, charset, population, skew } = spec
  const types = Object.entries(spec.mix)
    .filter(([, weight]) => weight > 0)
    .map(([type, weight]) => ({
      type: type as MessageType,
      weight,
      lines: templateOf(type as MessageType, version, { acknowledgement, charset }),
      leanLines: templateOf(type as MessageType, version, { acknowledgement, charset, lean: true }),
    }))
  return { kind: 'mix', version, types, sizes, charset, population, skew }
}

function compileFiles(files: readonly Uint8Array[]): CompiledFiles {
  if (files.length === 0)
    throw new RangeError('messages.files: no message in any file; add at least one that begins with MSH')
  return { kind: 'files', messages: files.map(bytesToText) }
}

function complaintsAbout(spec: Extract<MessagesSpec, { kind: 'mix' }>): string[] {
  const weights = Object.entries(spec.mix)
  const known = MESSAGE_TYPES.join(', ')
  const complaints = weights.flatMap(([type, weight]) => [
    ...(isMessageType(type) ? [] : [`messages.mix: no template for ${JSON.stringify(type)}; use one of ${known}`]),
    ...(Number.isFinite(weight) && weight >= 0
      ? []
      : [`messages.mix.${type}: weight ${weight}; use a number of at least 0`]),
  ])
  if (!weights.some(([, weight]) => weight > 0))
    complaints.push('messages.mix: no weight above 0; give one message type a weight')
  if (!HL7_VERSIONS.includes(spec.version)) {
    complaints.push(`messages.version: ${JSON.stringify(spec.version)}; use one of ${HL7_VERSIONS.join(', ')}`)
  }
  for (const bytes of explicitSizes(spec.sizes))
    if (!(bytes > 0 && bytes <= 1 << 29)) complaints.push(`messages.sizes: ${bytes} bytes; use 1 to ${1 << 29}`)
  if (!(Number.isInteger(spec.population) && spec.population >= 1 && spec.population <= 100_000_000)) {
    complaints.push(`messages.population: ${spec.population}; use 1 to 100000000, as numbers have eight digits`)
  }
  return complaints
}

function explicitSizes(sizes: CompiledMix['sizes']): readonly number[] {
  if (typeof sizes === 'number') return [sizes]
  return typeof sizes === 'object' && 'ladder' in sizes ? sizes.ladder : []
}
