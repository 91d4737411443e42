const MOST_COMPLAINTS = 5

/**
 * Refuses a sample that statistics would silently get wrong.
 * @throws RangeError naming every place (the first five) that holds no finite number, or an empty sample.
 */
export function assertSample(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError('the sample is empty; pass at least one number')
  const complaints: string[] = []
  for (const [index, value] of values.entries())
    if (!Number.isFinite(value)) complaints.push(`[${index}]: expected a finite number, found ${describeValue(value)}`)
  if (complaints.length === 0) return
  const shown = complaints.slice(0, MOST_COMPLAINTS).join('; ')
  const rest = complaints.length > MOST_COMPLAINTS ? `; and ${complaints.length - MOST_COMPLAINTS} more` : ''
  throw new RangeError(`the sample is not made of numbers: ${shown}${rest}; leave out what was not measured`)
}

/** @throws RangeError when `level` is not strictly between 0 and 1. */
export function assertLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`level: expected more than 0 and less than 1, found ${level}; pass 0.95 for 95 %`)
}

/** @throws RangeError when `probability` is not within 0 and 1. */
export function assertProbability(probability: number): void {
  if (!(probability >= 0 && probability <= 1))
    throw new RangeError(`probability: expected 0 to 1, found ${probability}; pass 0.99 for 99 %`)
}

/** @throws RangeError when `value` is not a whole number of at least `least`. */
export function assertCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name}: expected a whole number of at least ${least}, found ${value}; pass a count`)
}

function describeValue(value: unknown): string {
  return typeof value === 'number' ? String(value) : `${typeof value} ${JSON.stringify(value)}`
}
