import { writeDecimal } from './digits.ts'

const DAY_SECONDS = 86_400
const UTC = new TextEncoder().encode('+0000')

/** Bytes of `YYYYMMDDHHMMSS.mmm+0000`. */
export const STAMP_LENGTH = 23

export interface TimestampWriter {
  /** HL7 DTM in UTC to the second: 14 bytes `YYYYMMDDHHMMSS`. */
  writeSeconds(epochMs: number, out: Uint8Array, at: number): void
  /** HL7 DTM in UTC to the millisecond with its offset: 23 bytes `YYYYMMDDHHMMSS.mmm+0000`. */
  writeStamp(epochMs: number, out: Uint8Array, at: number): void
}

/** Writes times of the years 0000 to 9999; keeps the digits of the last second, which neighbours in a stream share. */
export function createTimestampWriter(): TimestampWriter {
  const digits = new Uint8Array(14)
  let knownDay = Number.NaN
  let knownSecond = Number.NaN

  function encode(second: number): void {
    const day = Math.floor(second / DAY_SECONDS)
    if (day !== knownDay) writeDecimal(civilDate(day), 8, digits, 0)
    const secondOfDay = (second - day * DAY_SECONDS) | 0
    const minute = (secondOfDay / 60) | 0
    const hour = (minute / 60) | 0
    writeDecimal(hour, 2, digits, 8)
    writeDecimal(minute - hour * 60, 2, digits, 10)
    writeDecimal(secondOfDay - minute * 60, 2, digits, 12)
    knownDay = day
    knownSecond = second
  }

  function writeSeconds(epochMs: number, out: Uint8Array, at: number): void {
    const second = Math.floor(epochMs / 1000)
    if (second !== knownSecond) encode(second)
    for (let i = 0; i < 14; i++) out[at + i] = digits[i]!
  }

  function writeStamp(epochMs: number, out: Uint8Array, at: number): void {
    writeSeconds(epochMs, out, at)
    out[at + 14] = 46
    writeDecimal(Math.floor(epochMs) - Math.floor(epochMs / 1000) * 1000, 3, out, at + 15)
    for (let i = 0; i < 5; i++) out[at + 18 + i] = UTC[i]!
  }

  return { writeSeconds, writeStamp }
}

/** Day since 1970 as the number YYYYMMDD (Howard Hinnant, `civil_from_days`). */
function civilDate(day: number): number {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year * 10_000 + month * 100 + dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
}
