import { Message } from 'node-hl7-client'
import { HL7_2_3, HL7_2_3_1, HL7_2_4, HL7_2_5, HL7_2_5_1, HL7_2_6, HL7_2_7, HL7_2_8 } from 'node-hl7-client/hl7'
import type { Hl7Version } from '../../model/scenario.ts'
import { createBytes } from '../bytes.ts'
import { decodeIn } from '../charset.ts'
import { createIdentity } from '../identity.ts'
import type { CompiledMix, CompiledType } from './compiled.ts'
import { mixStream } from './mixStream.ts'
import { ATTACHMENT_FROM_BYTES } from './sizes.ts'

const BUILDERS = {
  '2.3': HL7_2_3,
  '2.3.1': HL7_2_3_1,
  '2.4': HL7_2_4,
  '2.5': HL7_2_5,
  '2.5.1': HL7_2_5_1,
  '2.6': HL7_2_6,
  '2.7': HL7_2_7,
  '2.8': HL7_2_8,
} as const satisfies Record<Hl7Version, unknown>

const SAMPLE_RUN = { seed: 1, runKey: '000000', loadIndex: 0, epochMs: 0, gapMs: 1 }

/** A message without padding, one with only what is required, one padded by lines of text, and one padded by an attachment. */
const SAMPLE_SIZES = ['template', 1, 4000, ATTACHMENT_FROM_BYTES] as const

/**
 * Checks the templates of a mix, once, with an independent implementation. For each sample message node-hl7-client must parse it
 * and write it again byte for byte, accept its header by `buildMSH` of the version, and accept every other segment by
 * `buildSegment`, which knows the usage of each field in each version: required, withdrawn, not in this version. (Its
 * `buildPID`, `buildPV1` .. are not asked: they hold every version to the field lengths of HL7 2.1.)
 * @returns one complaint for each fault; empty = all templates are fine
 */
export function validateTemplates(compiled: CompiledMix): string[] {
  const faults = compiled.types.flatMap(type =>
    SAMPLE_SIZES.flatMap(sizes => {
      const text = sampleOf({ ...compiled, types: [type], sizes, population: 1 })
      return [...parseFaults(text, compiled.version), ...builderFaults(text, compiled.version)].map(
        fault => `${type.type} ${compiled.version}: ${fault}`,
      )
    }),
  )
  return [...new Set(faults)]
}

function sampleOf(compiled: CompiledMix & { types: readonly [CompiledType] }): string {
  const out = createBytes()
  mixStream(compiled, SAMPLE_RUN, 1).render(0, out)
  return decodeIn(compiled.charset, out.bytes.subarray(0, out.length))
}

function parseFaults(text: string, version: Hl7Version): string[] {
  return complaintOf(() => {
    const message = new Message({ text })
    const found = message.get('MSH.12').toString()
    if (found !== version) throw new Error(`MSH-12 is ${JSON.stringify(found)}, not ${version}`)
    const id = message.get('MSH.10').toString()
    const identity = createIdentity(SAMPLE_RUN.runKey, SAMPLE_RUN.loadIndex).text(0)
    if (id !== identity) throw new Error(`MSH-10 is ${JSON.stringify(id)}, not the identity ${identity}`)
    if (message.toString() !== text.replace(/\r$/, ''))
      throw new Error('node-hl7-client writes it otherwise than it read it')
  })
}

/** Some faults are thrown, others (lengths) only told as events. */
function builderFaults(text: string, version: Hl7Version): string[] {
  const faults: string[] = []
  const builder = new BUILDERS[version]()
  let name = 'MSH'
  builder.on('error', fault => faults.push(`${name}: ${fault}`))
  // Z segments are of the sites' own making: no version knows them.
  for (const line of text.split('\r').filter(line => line !== '' && !line.startsWith('Z'))) {
    const [segment, ...fields] = line.split('|') as [string, ...string[]]
    name = segment
    const build = () =>
      name === 'MSH' ? builder.buildMSH(headerFields(fields)) : builder.buildSegment(name, numbered(fields))
    faults.push(...complaintOf(build).map(fault => `${name}: ${fault}`))
  }
  return faults
}

/** Fields of MSH after the separator: `fields[0]` is MSH-2. */
function headerFields(fields: readonly string[]) {
  const [code = '', event = '', structure] = (fields[7] ?? '').split('^')
  return {
    msh_9_1: code,
    msh_9_2: event,
    ...(structure !== undefined && { msh_9_3: structure }),
    msh_10: fields[8] ?? '',
    msh_11_1: fields[9] as 'T',
    ...(fields[13] && { msh_15: fields[13], msh_16: fields[14] ?? '' }),
  }
}

/** Fields that have a value, by number. */
function numbered(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((value, i) => (value === '' ? [] : [[String(i + 1), value]])))
}

function complaintOf(check: () => unknown): string[] {
  try {
    check()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
