import { z } from 'zod'
import { MESSAGE_TYPES, type MessageType } from '../workload/hl7/messageType.ts'

/** Largest message that a mix is padded to, bytes. */
export const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

const bytes = z.int().min(1).max(LARGEST_MESSAGE_BYTES)
const share = z.number().min(0).max(1)
const range = z
  .strictObject({ share, minBytes: bytes, maxBytes: bytes })
  .refine(({ minBytes, maxBytes }) => minBytes <= maxBytes, { error: 'expected minBytes of at most maxBytes' })

export const mixSchema = z.partialRecord(
  z.enum(MESSAGE_TYPES as readonly [MessageType, ...MessageType[]]),
  z.number().min(0),
)

/** Sizes in bytes, shares of all messages: log-normal bodies, uniform long results, log-uniform documents. */
const sizesSchema = z
  .strictObject({
    body: z.strictObject({ meanBytes: bytes, sigma: z.number().min(0).max(3) }),
    large: range,
    document: range,
  })
  .refine(({ large, document }) => large.share + document.share <= 1, {
    error: 'expected shares of at most 1 together',
  })

/** A profile of messages: a built-in one, or a YAML or JSON file of the user's. */
export const profileSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, {
    error: 'expected up to 64 letters, digits, spaces and . _ -, the first a letter or a digit',
  }),
  description: z.string().default(''),
  assumed: z.boolean(),
  sources: z.array(z.string()).default([]),
  mix: mixSchema.refine(mix => Object.values(mix).some(weight => weight! > 0), {
    error: 'expected a message type with a weight above 0',
  }),
  hourly: z
    .array(z.number().min(0).max(24))
    .length(24)
    .refine(hours => Math.abs(hours.reduce((sum, each) => sum + each, 0) / 24 - 1) < 0.005, {
      error: 'expected 24 multiples whose mean is 1',
    })
    .optional(),
  burst: z.strictObject({ factor: z.number().min(1).max(1000), seconds: z.number().positive().max(86_400) }).optional(),
  sizes: sizesSchema.optional(),
})

export type MessageProfile = Readonly<z.output<typeof profileSchema>>
