import { describe } from './describe.ts'

export interface Outliers {
  readonly n: number
  /** Beyond 1.5 interquartile ranges from the quartiles, but not beyond 3. */
  readonly mild: number
  /** Beyond 3 interquartile ranges. */
  readonly severe: number
}

/** How many values stand apart: Tukey, Exploratory Data Analysis, 1977. None is ever dropped. @throws RangeError on an invalid sample. */
export function tukeyClass(values: readonly number[]): Outliers {
  const { n, q1, q3 } = describe(values)
  const range = q3 - q1
  const beyond = (times: number) =>
    values.filter(value => value < q1 - times * range || value > q3 + times * range).length
  const severe = beyond(3)
  return { n, mild: beyond(1.5) - severe, severe }
}
