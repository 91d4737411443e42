/** 32-bit finaliser with low bias (Chris Wellons, hash-prospector: 16-15-15 shifts, 0x21f0aaad, 0x735a2d97). */
function mix32(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}

/** All 53 bits of an integer count: high and low word are folded together. */
function fold32(integer: number): number {
  return (integer | 0) ^ Math.imul(Math.floor(integer / 4294967296) | 0, 0x85ebca6b)
}

/**
 * Counter-based generator: number `index` of `stream` under `seed`, without state, so that any process makes any record alone.
 * Arguments are integers up to 2^53. The key enters before and after the counter, so streams are not shifted copies of each other.
 * @returns an integer from 0 to 2^32 - 1
 */
export function hash32(seed: number, stream: number, index: number): number {
  const key = hashKey(seed)
  return hashAt(key, hashLane(key, stream), index)
}

/** The parts of `hash32` that stay the same for a seed and for a stream, for those who draw many numbers: `hashAt(key, hashLane(key, stream), index)`. */
export function hashKey(seed: number): number {
  return mix32(fold32(seed) + 0x9e3779b9)
}

export function hashLane(key: number, stream: number): number {
  return mix32(key ^ Math.imul(fold32(stream) + 1, 0xc2b2ae35))
}

export function hashAt(key: number, lane: number, index: number): number {
  const high = Math.floor(index / 4294967296) | 0
  const counted = mix32((index | 0) ^ lane)
  return mix32((counted + lane) ^ Math.imul(high, 0x27d4eb2f) ^ key) >>> 0
}

/** As `hash32`, in [0, 1) with a resolution of 2^-32. */
export function uniform(seed: number, stream: number, index: number): number {
  return hash32(seed, stream, index) / 4294967296
}

/**
 * Standard normal variate by Box and Muller (1958), from two streams: `stream` and `stream + 1`.
 * Its tails end at about 6.7 because `uniform` has 32 bits.
 */
export function normal(seed: number, stream: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, stream, index)))
  return radius * Math.cos(2 * Math.PI * uniform(seed, stream + 1, index))
}

/** A seed of 32 bits from any text (FNV-1a over UTF-16 units, then finalised). */
export function seedOf(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix32(h) >>> 0
}

/** Sequential generator for shuffles: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state. Each call gives a number in [0, 1). */
export function createRandom(seed: number): () => number {
  let a = hash32(seed, 0, 0)
  let b = hash32(seed, 0, 1)
  let c = hash32(seed, 0, 2)
  let counter = 1
  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** Shuffles in place (Fisher and Yates); every order is equally likely. */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const item = items[last] as T
    items[last] = items[other] as T
    items[other] = item
  }
  return items
}
