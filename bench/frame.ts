import { mllpFraming } from '../src/protocol/mllp/framing.ts'
import type { CompiledMessages } from '../src/workload/hl7/compiled.ts'
import { messageStream } from '../src/workload/hl7/stream.ts'
import { contentOf } from './content.ts'
import { atMost, LEVEL, type Middle, middleOf } from './middle.ts'
import type { Options } from './options.ts'
import { tell } from './tell.ts'

const MESSAGE_BYTES = 10_000_000
/** What one TCP segment carries over Ethernet. */
const CHUNK_BYTES = 1448
/** Limits of the sender for an acknowledgement, and of the built-in receiver for a message. */
const LIMITS = { sender: 16 * 1024 * 1024, receiver: 64 * 1024 * 1024 }
const BAR = 1.5

/**
 * One ORU^R01 of 10 MB in chunks of 1448 bytes, each way, as a multiple of the time of one pass: the same chunks copied one after the
 * other into memory that is there already. A decoder has more to do: it looks for the end in each chunk, and does not know how much comes.
 */
export async function benchFrame({ name, repetitions, seed }: Options): Promise<object> {
  const content = await contentOf('mllp://127.0.0.1:1', '', seed, [
    'messages.mix={ORU^R01: 1}',
    `messages.sizes=${MESSAGE_BYTES}`,
  ])
  const stream = messageStream(content.compiled as CompiledMessages, content.identity)
  const payload = { bytes: new Uint8Array(MESSAGE_BYTES + 4096), length: 0 }
  stream.render(0, payload)
  const chunks = chunksOf(framed(payload.bytes.subarray(0, payload.length)))
  const place = new Uint8Array(payload.length + 3)

  const kept = decoderOf(LIMITS.receiver)
  const works: Readonly<Record<string, () => void>> = {
    pass: () => copyInto(place, chunks),
    'pass into new memory': () => copyInto(new Uint8Array(place.length), chunks),
    'received, first frame of a connection': () => decoderOf(LIMITS.receiver).take(chunks, payload.length),
    'received, a later frame': () => kept.take(chunks, payload.length),
    'answered, first frame of a connection': () => decoderOf(LIMITS.sender).take(chunks, payload.length),
    'made and framed': () => {
      payload.length = 0
      stream.render(0, payload)
    },
  }
  const timesMs = measure(works, repetitions)
  const figures = Object.entries(timesMs).map(([work, times]) => {
    const ratio = middleOf(times.map((ms, i) => ms / timesMs.pass![i]!))
    return {
      work,
      ms: middleOf(times),
      passes: ratio,
      ...(work.startsWith('pass') ? {} : { bar: BAR, verdict: atMost(ratio, BAR) }),
    }
  })
  for (const { work, ms, passes, verdict } of figures) tell(lineOf(work, ms, passes, verdict))
  return { bench: name, bytes: payload.length, chunkBytes: CHUNK_BYTES, repetitions, seed, level: LEVEL, figures }
}

function decoderOf(limitBytes: number) {
  let frameBytes = 0
  const decoder = mllpFraming.createDecoder(limitBytes, {
    onMessage: (_bytes, start, end) => {
      frameBytes = end - start
    },
    onNak() {},
    onBroken() {},
    onError: ({ kind }) => {
      throw new Error(`the decoder reports ${kind}`)
    },
  })
  return {
    take(chunks: readonly Uint8Array[], expectedBytes: number): void {
      frameBytes = 0
      for (const chunk of chunks) decoder.push(chunk, 0, chunk.length)
      if (frameBytes !== expectedBytes) throw new Error(`a frame of ${frameBytes} bytes, not ${expectedBytes}`)
    },
  }
}

function framed(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafeSlow(message.length + mllpFraming.headBytes + mllpFraming.tailBytes)
  frame.set(message, mllpFraming.headBytes)
  mllpFraming.seal(frame, message.length)
  return frame
}

function chunksOf(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, i) =>
    bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  )
}

function copyInto(place: Uint8Array, chunks: readonly Uint8Array[]): void {
  let at = 0
  for (const chunk of chunks) {
    place.set(chunk, at)
    at += chunk.length
  }
}

/** Times of each work, ms, in turn; the first rounds only warm up. */
function measure(works: Readonly<Record<string, () => void>>, repetitions: number): Record<string, number[]> {
  const warmUps = 3
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(works).map(work => [work, []]))
  for (let round = 0; round < warmUps + repetitions; round++) {
    for (const [work, perform] of Object.entries(works)) {
      const beganMs = performance.now()
      perform()
      const ms = performance.now() - beganMs
      if (round >= warmUps) times[work]!.push(ms)
    }
  }
  return times
}

function lineOf(work: string, ms: Middle, passes: Middle, verdict: string | undefined): string {
  const judged = verdict === undefined ? '' : `; bar ${BAR} x: ${verdict}`
  return `${work}: ${ms.median.toFixed(2)} ms, ${passes.median.toFixed(2)} x a pass (${passes.lower.toFixed(2)} to ${passes.upper.toFixed(2)})${judged}`
}
