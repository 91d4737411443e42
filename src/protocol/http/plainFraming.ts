import type { Framing } from '../framing.ts'

/** A message that needs nothing around it, as the body of a request or reply. It has no stream to be found in. */
export const plainFraming: Omit<Framing, 'createDecoder'> = {
  headBytes: 0,
  tailBytes: 0,
  maxMessageBytes: Number.POSITIVE_INFINITY,
  seal() {},
}
