import type { MllpError } from './mllp/decoder.ts'
import type { Room } from './mllp/holdings.ts'

/** What a decoder tells about the stream of one connection. */
export interface FrameHandlers {
  /** The message lies in `bytes` from `start` to `end`; it is only valid during the call. */
  onMessage(bytes: Uint8Array, start: number, end: number): void
  /** The peer refused a block (HLLP). */
  onNak(reason: NakReason): void
  /** A block came that must be refused (HLLP). */
  onBroken(reason: NakReason): void
  onError(error: MllpError): void
}

/** Why a block is refused: count of characters, checksum, too big, other (HLLP). */
export const NAK_REASONS = ['C', 'X', 'B', 'G'] as const
export type NakReason = (typeof NAK_REASONS)[number]

export interface FrameDecoder {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array, start?: number, end?: number): void
  /** Gives back what it holds, and takes nothing more. */
  close(): void
}

/** How messages are told apart on a connection. */
export interface Framing {
  /** Bytes before and after a message. */
  readonly headBytes: number
  readonly tailBytes: number
  /** Longest message that a frame can hold, bytes; infinite = no limit of the protocol. */
  readonly maxMessageBytes: number
  /** Writes what stands before and after a message of `messageBytes` that lies in `frame` from `headBytes` on. */
  seal(frame: Uint8Array, messageBytes: number): void
  /** A decoder for one connection. A frame above `maxFrameBytes` fails it, and one whose beginnings find no room that it shares with others. */
  createDecoder(maxFrameBytes: number, handlers: FrameHandlers, room?: Room): FrameDecoder
}
