import { z } from 'zod'

export const nullable = (type: z.ZodType) => type.nullable()
export const text = z.string()
export const number = z.number()
/** A number, or only a lower bound of one. */
export const figure = z.strictObject({ value: nullable(number), above: nullable(number) })
