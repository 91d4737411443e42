import { z } from 'zod'
import type { MessageFunction } from '../workload/code.ts'
import { charsetSchema, populationSchema } from './populationSchema.ts'
import { LARGEST_MESSAGE_BYTES, mixSchema } from './profileSchema.ts'

export const HL7_VERSIONS = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'] as const

export const fileList = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: "expected a file name or glob such as 'samples/*.hl7', or a list of them",
  })
  .describe('File names or globs, relative to the scenario file.')

const messageBytes = z.int().min(1).max(LARGEST_MESSAGE_BYTES)

const sizeLadder = z.strictObject({
  ladder: z.array(messageBytes).min(1).max(100).describe('Sizes in bytes, 1 to 100 of them.'),
  weights: z
    .array(z.number().min(0))
    .min(1)
    .optional()
    .describe('How often each size comes, as many as sizes; absent = one after the other.'),
})

const mixMessages = z.strictObject({
  mix: z
    .union([mixSchema, z.string().min(1)])
    .default('hospital')
    .describe(
      "A profile ('hospital', 'laboratory', 'clinic', or your own .yaml or .json file), or the weight of each message type, 0 or more. The profiles that ship are assumed, not measured.",
    ),
  version: z.enum(HL7_VERSIONS).default('2.5.1').describe('HL7 version, written to MSH-12.'),
  sizes: z
    .union([z.enum(['template', 'mixture']), messageBytes, sizeLadder], {
      error: `expected 'template', 'mixture', a whole number of bytes from 1 to ${LARGEST_MESSAGE_BYTES}, or { ladder: [bytes, ..], weights }`,
    })
    .default('mixture')
    .describe(
      "'template' = as small as the template; 'mixture' = the size mixture of the profile (assumed); a number = exactly that many bytes, where the message can be as small; { ladder: [200, 1500, ..] } = several sizes, each once in every round, or drawn by `weights`.",
    ),
  charset: charsetSchema.describe(
    "Of names and addresses, declared in MSH-18: 'ascii', '8859/1' (umlauts, accents) or 'utf-8' (also Greek, Cyrillic and Han).",
  ),
  population: populationSchema(100_000_000).describe(
    "Distinct patients, 1 to 100,000,000: a number, or { size, skew } with the exponent of Zipf's law.",
  ),
})

const fileMessages = z.strictObject({
  files: fileList.describe('HL7 files, one or many messages each: names or globs relative to the scenario file.'),
})

const codeMessages = z.custom<MessageFunction>(value => typeof value === 'function')

/** What an MLLP load sends. */
export const messagesSchema = z.union([mixMessages, fileMessages, codeMessages]).prefault({})
