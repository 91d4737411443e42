import type { Framing } from '../framing.ts'
import { createMllpDecoder } from './decoder.ts'
import { NO_LIMIT } from './holdings.ts'

/** MLLP release 1: VT message FS CR. */
export const mllpFraming: Framing = {
  headBytes: 1,
  tailBytes: 2,
  maxMessageBytes: Number.POSITIVE_INFINITY,
  seal(frame, messageBytes) {
    frame[0] = 0x0b
    frame[messageBytes + 1] = 0x1c
    frame[messageBytes + 2] = 0x0d
  },
  createDecoder: (maxFrameBytes, { onMessage, onError }, room = NO_LIMIT) =>
    createMllpDecoder({ maxFrameBytes, room, onFrame: onMessage, onError }),
}
