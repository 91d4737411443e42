import { px } from './axis.ts'

/** 1, 2 and 5 times powers of ten within a range and one to either side of it; bounds above 0. */
export function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low)) - 1
  const last = Math.ceil(Math.log10(high)) + 1
  return Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step))
    .flatMap(power => [power, 2 * power, 5 * power])
    .map(tick => Number(tick.toPrecision(1)))
    .filter(tick => tick >= low / MARGIN && tick <= high * MARGIN)
}

/** Room beside the outermost values of a logarithmic axis, as a ratio. */
export const MARGIN = 1.2

/** A point of a chart; a ring where `isFilled` is false. */
export function point(x: number, y: number, isFilled: boolean): string {
  return `<circle class="run${isFilled ? '' : ' excluded'}" cx="${px(x)}" cy="${px(y)}" r="4"/>`
}
