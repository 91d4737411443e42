import type { HllpChecksum } from '../../model/scenario.ts'
import { type Framing, NAK_REASONS, type NakReason } from '../framing.ts'
import { createMllpDecoder } from '../mllp/decoder.ts'
import { NO_LIMIT } from '../mllp/holdings.ts'
import { type Block, HEAD_BYTES, MAX_BLOCK_BYTES, MAX_DATA_BYTES, readBlock, sealBlock, TAIL_BYTES } from './block.ts'

/** HLLP: blocks with a count and a checksum between VT and FS CR; a bad one is refused by a block of its own. */
export function hllpFraming(checksum: HllpChecksum): Framing {
  return {
    headBytes: HEAD_BYTES,
    tailBytes: TAIL_BYTES,
    maxMessageBytes: MAX_DATA_BYTES,
    seal: (frame, messageBytes) => sealBlock(checksum, frame, messageBytes, 'data'),
    createDecoder(maxFrameBytes, { onMessage, onNak, onBroken, onError }, room = NO_LIMIT) {
      const block: Block = { type: 'data', start: 0, end: 0, fault: null }
      return createMllpDecoder({
        maxFrameBytes: Math.min(maxFrameBytes, MAX_BLOCK_BYTES),
        room,
        onFrame(bytes, start, end) {
          readBlock(checksum, bytes, start, end, block)
          if (block.fault !== null) onBroken(block.fault)
          else if (block.type === 'data') onMessage(bytes, block.start, block.end)
          else onNak(reasonAt(bytes, block.start))
        },
        onError,
      })
    },
  }
}

/** A block that refuses another. */
export function refusalBlock(checksum: HllpChecksum, reason: NakReason): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + 1 + TAIL_BYTES)
  frame[HEAD_BYTES] = reason.charCodeAt(0)
  sealBlock(checksum, frame, 1, 'refusal')
  return frame
}

/** Letters that nobody knows count as `G`, other. */
function reasonAt(bytes: Uint8Array, at: number): NakReason {
  return NAK_REASONS.find(reason => reason.charCodeAt(0) === bytes[at]) ?? 'G'
}
