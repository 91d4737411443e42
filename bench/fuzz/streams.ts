import { createRandom, hash32 } from '../../src/workload/random.ts'

const STREAMS = 0x66757a7a
const POOL = 64
const MOST_MUTATIONS = 12

/** Makes stream `number` under a seed into a buffer that it reuses. */
export interface StreamMaker {
  make(number: number): { readonly bytes: Uint8Array; readonly length: number; readonly random: () => number }
}

/**
 * Streams of four kinds by turns: random bytes, good ones joined, good ones with bytes flipped, put in, left out and moved, and pieces that are
 * meaningful to the decoder in any order. Stream k is a pure function of seed and k.
 * @param valid makes a good stream; @param tokens pieces that decoders look for
 */
export function createStreams(
  seed: number,
  valid: (random: () => number) => Uint8Array,
  tokens: readonly (string | Uint8Array)[],
): StreamMaker {
  const setUp = createRandom(hash32(seed, STREAMS, 0))
  const pool = Array.from({ length: POOL }, () => valid(setUp))
  const pieces = tokens.map(token => (typeof token === 'string' ? Buffer.from(token, 'latin1') : token))
  const bytes = new Uint8Array(1 << 17)
  let length = 0

  const append = (piece: Uint8Array) => {
    const taken = Math.min(piece.length, bytes.length - length)
    bytes.set(taken === piece.length ? piece : piece.subarray(0, taken), length)
    length += taken
  }
  const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)]!

  function randomBytes(random: () => number): void {
    length = 1 + Math.floor(random() * 600)
    for (let at = 0; at < length; at++) bytes[at] = random() * 256
  }

  function joined(random: () => number): void {
    const count = 1 + Math.floor(random() * 4)
    for (let i = 0; i < count; i++) append(pick(pool, random))
  }

  function mutated(random: () => number): void {
    joined(random)
    const mutations = 1 + Math.floor(random() * MOST_MUTATIONS)
    for (let i = 0; i < mutations; i++) mutate(random)
  }

  function mutate(random: () => number): void {
    const at = Math.floor(random() * length)
    const span = Math.min(1 + Math.floor(random() * 16), length - at)
    const kind = random()
    if (kind < 0.4) bytes[at] = random() * 256
    else if (kind < 0.55) bytes.copyWithin(Math.floor(random() * length), at, at + span)
    else if (kind < 0.7) bytes.copyWithin(at, at + span, length)
    else if (kind < 0.9) bytes.set(pick(pieces, random).subarray(0, bytes.length - at), at)
    else length = Math.max(1, at)
  }

  function meaningful(random: () => number): void {
    const count = 1 + Math.floor(random() * 30)
    for (let i = 0; i < count; i++) append(pick(pieces, random))
    if (random() < 0.01) append(new Uint8Array(60_000).fill(0x41))
  }

  const kinds = [randomBytes, joined, mutated, meaningful]
  return {
    make(number) {
      const random = createRandom(hash32(seed, STREAMS, number + 1))
      length = 0
      kinds[number % kinds.length]!(random)
      return { bytes, length, random }
    },
  }
}
