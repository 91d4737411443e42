const ZERO = 48

/** Both digits of 0 to 99. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => ZERO + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10))

/** Writes `value` (an integer from 0 to 2^31 - 1) as `width` decimal digits, zero-padded; digits beyond the width are cut off at the left. */
export function writeDecimal(value: number, width: number, out: Uint8Array, at: number): void {
  let rest = value | 0
  let end = at + width
  for (; end > at + 1; end -= 2) {
    const quotient = (rest / 100) | 0
    const pair = (rest - quotient * 100) * 2
    out[end - 1] = PAIRS[pair + 1]!
    out[end - 2] = PAIRS[pair]!
    rest = quotient
  }
  if (end > at) out[at] = ZERO + (rest % 10)
}
