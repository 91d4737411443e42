const MOST_STEPS = 200
const PRECISION = 1e-14

/**
 * The t > 0 where a monotone positive function equals `target`, by Newton's method on ln f against ln t, kept inside a bracket that
 * bisection halves whenever Newton would leave it.
 * @param slope derivative of f at t; its sign says whether f rises or falls
 */
export function positiveRoot(f: (t: number) => number, slope: (t: number) => number, target: number): number {
  let low = -700
  let high = 700
  let at = 0
  for (let step = 0; step < MOST_STEPS; step++) {
    const t = Math.exp(at)
    const value = f(t)
    const rate = slope(t)
    const excess = Math.log(value / target)
    const derivative = (rate * t) / value
    if (excess > 0 === rate > 0) high = at
    else low = at
    const newton = at - excess / derivative
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (excess === 0 || Math.abs(next - at) <= PRECISION) return Math.exp(excess === 0 ? at : next)
    at = next
  }
  return Math.exp(at)
}
