/** Maps a value to a coordinate; a domain of one value maps to the middle. */
export type Scale = (value: number) => number

export function linearScale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  return high > low ? value => from + ((value - low) / (high - low)) * (to - from) : () => (from + to) / 2
}

export function logScale([low, high]: readonly [number, number], range: readonly [number, number]): Scale {
  const linear = linearScale([Math.log10(low), Math.log10(high)], range)
  return value => linear(Math.log10(value))
}

/** Powers of ten from the one at or below `low` to the one at or above `high`; both above 0. */
export function decades(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low))
  const last = Math.max(first + 1, Math.ceil(Math.log10(high)))
  return Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step))
}

/** 0 and up to five round steps (1, 2 or 5 times a power of ten), the last one at or above `high`. */
export function roundTicks(high: number): readonly number[] {
  if (!(high > 0)) return [0, 1]
  const rough = high / 5
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = magnitude * ([1, 2, 5].find(factor => factor * magnitude >= rough) ?? 10)
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, index) => index * step)
}

/** Coordinate with a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}
