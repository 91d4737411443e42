/**
 * A sequence of numbers in [0, 1) with 32 random bits each, a pure function of the seed: sfc32 of Chris Doty-Humphrey's PractRand (2010),
 * seeded by a counter and run in.
 */
export function createRandom(seed: number): () => number {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1]
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let step = 0; step < 16; step++) next()
  return next
}
