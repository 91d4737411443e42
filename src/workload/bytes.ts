import type { Bytes } from '../model/stream.ts'

/** An empty run of bytes with room for `capacity`. */
export function createBytes(capacity = 4096): Bytes {
  return { bytes: new Uint8Array(capacity), length: 0 }
}

/** Makes `out` hold exactly `length` bytes, in a larger array where needed. What it held before is not kept. */
export function resize(out: Bytes, length: number): Uint8Array {
  if (out.bytes.length < length) out.bytes = new Uint8Array(Math.max(length, out.bytes.length * 2))
  out.length = length
  return out.bytes
}

/** Replaces the content of `out` by `content`. */
export function assign(out: Bytes, content: Uint8Array): void {
  resize(out, content.length).set(content)
}
