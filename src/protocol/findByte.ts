type Search = (this: Uint8Array, byte: number, from: number) => number

const indexOf = Buffer.prototype.indexOf as Search
const lastIndexOf = Buffer.prototype.lastIndexOf as Search

/**
 * First place of `byte` (0 to 255) in `bytes[start, end)`, or -1. By Buffer's search, which is memchr(3): that of typed arrays is ten
 * times slower on long runs.
 */
export function findByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  const at = indexOf.call(bytes, byte, start)
  return at < end ? at : -1
}

/** Last place of `byte` in `bytes[0, end)`, or -1; it is looked for from the end on. `end` is at least 1. */
export function findLastByte(bytes: Uint8Array, byte: number, end: number): number {
  return lastIndexOf.call(bytes, byte, end - 1)
}
