import type { MessageFault } from '../model/fault.ts'

const LF = Uint8Array.of(0x0a)
const NULS = new Uint8Array(3)

/** A framed answer as a careless peer would send it. */
export function disfigure(frame: Uint8Array, odd: ReadonlySet<MessageFault>): Uint8Array {
  if (odd.size === 0) return frame
  const bytes = odd.has('crlf-segments')
    ? withLineEnds(frame, '\r\n')
    : odd.has('lf-segments')
      ? withLineEnds(frame, '\n')
      : frame
  const bare = odd.has('no-framing')
  const start = bare || odd.has('no-vt') ? 1 : 0
  const end = bytes.length - (bare ? 2 : odd.has('no-cr') ? 1 : 0)
  return Buffer.concat([
    ...(odd.has('lf-before-vt') ? [LF] : []),
    bytes.subarray(start, end),
    ...(odd.has('lf-after-fs') ? [LF] : []),
    ...(odd.has('nuls') ? [NULS] : []),
  ])
}

/** Every CR but that of the frame's own end becomes `end`. */
function withLineEnds(frame: Uint8Array, end: string): Uint8Array {
  const message = Buffer.from(frame.subarray(0, -1)).toString('latin1').replaceAll('\r', end)
  return Buffer.from(`${message}\r`, 'latin1')
}
