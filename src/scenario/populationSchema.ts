import { z } from 'zod'

/** Names and addresses: plain letters, those of western Europe, or of several scripts. */
export const charsetSchema = z.enum(['ascii', '8859/1', 'utf-8']).default('ascii')

/** Patients: a number, or a number and how unequally they come. */
export const populationSchema = (most: number) =>
  z
    .union([
      z.int().min(1).max(most),
      z.strictObject({
        size: z.int().min(1).max(most).default(1_000).describe('How many patients there are.'),
        skew: z
          .number()
          .min(0)
          .max(5)
          .default(0)
          .describe("Exponent of Zipf's law, 0 to 5; 0 = each patient comes as often as any other."),
      }),
    ])
    .default(1_000)

export function populationOf(given: number | { readonly size: number; readonly skew: number }): {
  readonly population: number
  readonly skew: number
} {
  return typeof given === 'number' ? { population: given, skew: 0 } : { population: given.size, skew: given.skew }
}
