import { InvalidArgumentError } from 'commander'

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/

/** A day or a time in UTC, as timestamps of rows are compared with: as text. */
export function date(value: string): string {
  const at = new Date(value)
  const isThere = ISO_8601.test(value) && !Number.isNaN(at.getTime())
  // 30 February is read as a day of March.
  if (!isThere || !at.toISOString().startsWith(value.slice(0, 10)))
    throw new InvalidArgumentError('write a day such as 2026-11-01, or a time in UTC such as 2026-11-01T09:30:00Z.')
  return value.includes('T') ? at.toISOString() : value
}
