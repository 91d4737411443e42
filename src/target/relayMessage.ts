import type { HeaderFields } from '../protocol/hl7/fields.ts'

const VT = 0x0b
const FS = 0x1c
const CR = 0x0d

/** The framed message with `id` as its MSH-10. */
export function frameWithId(message: Uint8Array, fields: HeaderFields, id: Uint8Array): Uint8Array {
  const before = message.subarray(0, fields.starts[10])
  const after = message.subarray(fields.ends[10])
  const frame = new Uint8Array(before.length + id.length + after.length + 3)
  frame[0] = VT
  frame.set(before, 1)
  frame.set(id, 1 + before.length)
  frame.set(after, 1 + before.length + id.length)
  frame[frame.length - 2] = FS
  frame[frame.length - 1] = CR
  return frame
}

/** A copy of a frame whose last character before the segment ends differs. */
export function corruptedFrame(frame: Uint8Array): Uint8Array {
  const altered = frame.slice()
  let at = altered.length - 3
  while (at > 0 && altered[at] === CR) at--
  altered[at]! ^= 1
  return altered
}
