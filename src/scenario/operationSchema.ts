import { z } from 'zod'
import type { RequestFunction } from '../workload/code.ts'
import { fileList } from './messagesSchema.ts'

export const RESOURCE_TYPES = ['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation'] as const

/** How each resource type is searched; the first is the default. */
export const SEARCHES_OF = {
  Patient: ['hicnHash', 'identifier', 'all'],
  Coverage: ['beneficiary', 'all'],
  ExplanationOfBenefit: ['patient', 'all'],
  Observation: ['patient', 'all'],
} as const satisfies Record<(typeof RESOURCE_TYPES)[number], readonly string[]>

const weight = z.number().positive().default(1).describe('Relative share of the load, above 0.')

const bundleSize = z.int().min(1).max(1_000)

const search = z.strictObject({
  search: z.enum(RESOURCE_TYPES).describe('Resource type to search.'),
  by: z
    .enum(['hicnHash', 'identifier', 'beneficiary', 'patient', 'all'])
    .optional()
    .describe(
      'Patient by hicnHash (default) or identifier, Coverage by beneficiary, ExplanationOfBenefit and Observation by patient; all = every resource of the type.',
    ),
  method: z
    .enum(['GET', 'POST'])
    .default('POST')
    .describe('POST = form to `_search`, GET = query; POST keeps identifiers out of access logs.'),
  expectTotal: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'Only this Bundle.total is accepted, 0 or more; a larger one raises the alarm total-above-expected. null = any.',
    ),
  pageSize: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Entries that a page is asked to have at most (_count), 1 to 10,000; absent = as the server likes.'),
  pageLimit: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe(
      'Most pages that are read by their next links, the first included, 1 to 1,000: one exchange, all within timeoutMs.',
    ),
  weight,
})

const create = z.strictObject({
  create: z.enum(RESOURCE_TYPES).describe('Resource type to create.'),
  conditional: z.boolean().default(false).describe('Send If-None-Exist, so that a repeated create changes nothing.'),
  weight,
})

const transaction = z.strictObject({
  transaction: z
    .literal('patient')
    .describe('Patients, each with its Coverage and ExplanationOfBenefit, in a transaction of conditional creates.'),
  size: bundleSize.default(1).describe('Patients in a transaction, 1 to 1,000.'),
  weight,
})

const batch = z.strictObject({
  batch: z.enum(RESOURCE_TYPES).describe('Resource type to create, conditionally, in batches; each entry counts.'),
  size: bundleSize.default(10).describe('Entries in a batch, 1 to 1,000.'),
  weight,
})

const read = z.strictObject({
  read: z.literal('Patient').describe('Read a Patient of the population by its id.'),
  weight,
})

const load = z.strictObject({
  load: z
    .literal('patients')
    .describe(
      "An initial load: each record's HICN hashed by PBKDF2 as a stage of the client, created unless it exists, then searched by its hash.",
    ),
  iterations: z.int().min(1).max(1_000_000_000).default(1_000).describe('PBKDF2 iterations of a hash, at least 1.'),
  threads: z.int().min(0).max(1_024).default(0).describe('Threads that hash; 0 = one for each core.'),
  weight,
})

const files = z.strictObject({
  files: fileList.describe(
    '.json (one resource) or .ndjson (one a line) files, posted as they are: names or globs relative to the scenario file.',
  ),
  weight,
})

const code = z.custom<RequestFunction>(value => typeof value === 'function')

export const operationSchema = z.union([search, create, transaction, batch, read, load, files, code])
export type ParsedOperation = z.output<typeof operationSchema>
