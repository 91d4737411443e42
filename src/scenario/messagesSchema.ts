import { z } from 'zod'
import type { MessageFunction } from '../workload/code.ts'

export const HL7_VERSIONS = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'] as const

/** Message types that the built-in stream makes. */
export const MESSAGE_TYPES = [
  'ADT^A01',
  'ADT^A03',
  'ADT^A04',
  'ADT^A08',
  'ORM^O01',
  'ORU^R01',
  'SIU^S12',
  'MDM^T02',
  'DFT^P03',
  'VXU^V04',
] as const

/** Assumed, not measured: no public source gives the shares of a hospital's message types. */
export const ASSUMED_MIX: Readonly<Record<string, number>> = {
  'ADT^A01': 20,
  'ADT^A03': 10,
  'ADT^A08': 20,
  'ORU^R01': 25,
  'ORM^O01': 12,
  'SIU^S12': 8,
  'MDM^T02': 3,
  'DFT^P03': 2,
}

/** Largest message that a mix is padded to, bytes. */
export const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

export const fileList = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: "expected a file name or glob such as 'samples/*.hl7', or a list of them",
  })
  .describe('File names or globs, relative to the scenario file.')

const mixMessages = z.strictObject({
  mix: z
    .partialRecord(z.enum(MESSAGE_TYPES), z.number().min(0))
    .default({ ...ASSUMED_MIX })
    .describe(
      'Weight of each message type, 0 or more. Default: an assumed mix (ADT 50, ORU 25, ORM 12, SIU 8, MDM 3, DFT 2).',
    ),
  version: z.enum(HL7_VERSIONS).default('2.5.1').describe('HL7 version, written to MSH-12.'),
  sizes: z
    .union([z.enum(['template', 'mixture']), z.int().min(1).max(LARGEST_MESSAGE_BYTES)], {
      error: `expected 'template', 'mixture' or a whole number of bytes from 1 to ${LARGEST_MESSAGE_BYTES}`,
    })
    .default('mixture')
    .describe(
      "'template' = as small as the template; 'mixture' = the assumed size mixture; a number = padded to about that many bytes.",
    ),
  population: z.int().min(1).max(100_000_000).default(1_000).describe('Number of distinct patients, 1 to 100,000,000.'),
})

const fileMessages = z.strictObject({
  files: fileList.describe('HL7 files, one or many messages each: names or globs relative to the scenario file.'),
})

const codeMessages = z.custom<MessageFunction>(value => typeof value === 'function')

/** What an MLLP load sends. */
export const messagesSchema = z.union([mixMessages, fileMessages, codeMessages]).prefault({})
