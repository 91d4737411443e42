import { InvalidArgumentError } from 'commander'
import {
  CAPACITY_FAULTS,
  type CapacityFault,
  COMMON_FAULTS,
  type CommonFault,
  type Fault,
  FHIR_FAULTS,
  type FhirFault,
  HTTP_MESSAGE_FAULTS,
  MESSAGE_FAULTS,
  type MessageFault,
  PACE_FAULTS,
  type PaceFault,
} from '../model/fault.ts'
import type { MllpTransport } from '../model/scenario.ts'
import { positive, whole } from './number.ts'

const NAK_REASONS = ['C', 'X', 'B', 'G'] as const
const REJECT_CODES = ['AE', 'AR', 'CE', 'CR'] as const
const NAME_WIDTH = 22

/** The list of faults at the end of `serve --help`. */
export function faultHelp(): string {
  const line = ([name, what]: readonly [string, string]) => `  ${name.padEnd(NAME_WIDTH)} ${what}`
  const lines = (kinds: Readonly<Record<string, string>>, value: string) =>
    Object.entries(kinds).map(([kind, what]) => line([`${kind}:${value}`, what]))
  return `
Faults, each n-th request, counted over all connections (--fault kind:n[:value], may be repeated):
${line(['delay:n:ms', 'answers ms later'])}
${line(['stall:n:ms', 'answers nothing for ms, then goes on'])}
${line(['reject:n[:code]', 'refuses without storing: AE (default), AR, CE or CR; FHIR: an HTTP status from 400 to 599, 503 by default'])}
${lines(COMMON_FAULTS, 'n').join('\n')}

Each n-th request, fhir only:
${lines(FHIR_FAULTS, 'n').join('\n')}

Each n-th message, mllp only:
${lines(MESSAGE_FAULTS, 'n').join('\n')}
${line(['nak:n[:reason]', 'refuses a block of HLLP: C count, X checksum (default), B too big, G other'])}

Every connection, mllp only (--fault kind:value):
${lines(PACE_FAULTS, 'ms').join('\n')}
${lines(CAPACITY_FAULTS, 'n').join('\n')}
${line(['one-session', 'a new connection ends all former ones'])}

Only for use by hand and in tests: what arrives is kept in memory or counted, and never leaves this machine.
`
}

/** Reads `kind:n[:value]` or `kind:value`. @throws InvalidArgumentError */
export function parseFault(text: string): Fault {
  const [kind = '', first, value] = text.split(':')
  if (kind === 'one-session') return { kind }
  if (isOf(PACE_FAULTS, kind)) return { kind: kind as PaceFault, ms: positive(first ?? '') }
  if (isOf(CAPACITY_FAULTS, kind)) return { kind: kind as CapacityFault, connections: countOf(first) }
  if (kind === 'delay' || kind === 'stall') return { kind, every: countOf(first), ms: positive(value ?? '') }
  if (kind === 'reject') return rejection(countOf(first), value)
  if (kind === 'nak') return { kind, every: countOf(first), reason: oneOf(NAK_REASONS, value ?? 'X') }
  if ([COMMON_FAULTS, FHIR_FAULTS, MESSAGE_FAULTS].some(kinds => isOf(kinds, kind)))
    return { kind: kind as CommonFault | FhirFault | MessageFault, every: countOf(first) }
  throw new InvalidArgumentError('see the list of faults in serve --help.')
}

/** Why a target cannot have this fault; null = it can. */
export function faultMisfit(protocol: 'mllp' | 'fhir', transport: MllpTransport, { kind }: Fault): string | null {
  const isMllpOnly = [MESSAGE_FAULTS, PACE_FAULTS, CAPACITY_FAULTS].some(kinds => isOf(kinds, kind))
  if (protocol === 'fhir' && (isMllpOnly || kind === 'one-session' || kind === 'nak'))
    return `--fault ${kind}: only serve mllp knows it; see serve --help`
  if (protocol === 'mllp' && isOf(FHIR_FAULTS, kind))
    return `--fault ${kind}: only serve fhir knows it; see serve --help`
  if (transport === 'http' && isMllpOnly && !HTTP_MESSAGE_FAULTS.some(known => known === kind))
    return `--fault ${kind}: no receiver of HL7 over HTTP knows it; leave out --transport http`
  return kind === 'nak' && transport !== 'hllp' ? '--fault nak refuses blocks of HLLP; add --transport hllp' : null
}

function rejection(every: number, value: string | undefined): Fault {
  const isCode = value === undefined || REJECT_CODES.some(code => code === value)
  const code = isCode ? oneOf(REJECT_CODES, value ?? 'AE') : 'AE'
  return { kind: 'reject', every, code, status: isCode ? 503 : errorStatus(value) }
}

/** A status that is a refusal: 4xx or 5xx. */
function errorStatus(text: string): number {
  if (!/^[45]\d\d$/.test(text))
    throw new InvalidArgumentError(`write ${REJECT_CODES.join(', ')} or an HTTP status from 400 to 599 after reject:n.`)
  return Number(text)
}

function countOf(text: string | undefined): number {
  const n = whole(text ?? '')
  if (n < 1) throw new InvalidArgumentError('n must be at least 1.')
  return n
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find(each => each === value)
  if (found === undefined) throw new InvalidArgumentError(`write one of ${known.join(', ')}.`)
  return found
}

const isOf = (kinds: Readonly<Record<string, string>>, kind: string): boolean => Object.hasOwn(kinds, kind)
