const ZERO = 48

/** Writes `value` (an integer from 0 to 2^31 - 1) as `width` decimal digits, zero-padded; digits beyond the width are cut off at the left. */
export function writeDecimal(value: number, width: number, out: Uint8Array, at: number): void {
  let rest = value | 0
  for (let place = at + width - 1; place >= at; place--) {
    const quotient = (rest / 10) | 0
    out[place] = ZERO + rest - quotient * 10
    rest = quotient
  }
}
