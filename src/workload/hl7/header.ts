const CR = 13

/** A message cut around MSH-7 and MSH-10. The parts are views of its bytes. */
export interface CutMessage {
  readonly beforeTime: Uint8Array
  /** MSH-8 and MSH-9 with the separators around them. */
  readonly between: Uint8Array
  readonly afterIdentity: Uint8Array
  /** Where in `afterIdentity` the identity stands once more; -1 = nowhere. */
  readonly carriedAt: number
}

/**
 * Cuts a message at MSH-7 and MSH-10, found by the message's own field separator (MSH-1 is the byte after `MSH`).
 * @param carriedAt where the identity stands once more, -1 = nowhere
 * @returns null when the bytes do not begin with an MSH segment that reaches MSH-10
 */
export function cutHeader(bytes: Uint8Array, carriedAt = -1): CutMessage | null {
  if (bytes[0] !== 0x4d || bytes[1] !== 0x53 || bytes[2] !== 0x48 || bytes.length < 9) return null
  const separator = bytes[3]!
  const fields: number[] = []
  let at = 4
  for (; at < bytes.length && bytes[at] !== CR && fields.length < 9; at++)
    if (bytes[at] === separator) fields.push(at + 1)
  const [, , , , time, afterTime, , identity, afterIdentity = at + 1] = fields
  if (time === undefined || afterTime === undefined || identity === undefined) return null
  return {
    beforeTime: bytes.subarray(0, time),
    between: bytes.subarray(afterTime - 1, identity),
    afterIdentity: bytes.subarray(afterIdentity - 1),
    carriedAt: carriedAt < 0 ? -1 : carriedAt - (afterIdentity - 1),
  }
}
