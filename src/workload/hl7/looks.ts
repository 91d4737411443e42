import { LOOK_COUNT, look } from '../person.ts'
import { carryInLine } from './carry.ts'
import type { CompiledMix } from './compiled.ts'
import type { SegmentPool } from './segmentPool.ts'
import { FILLER, kinSegment, leanPatientSegment, PRIMARY_CARE, patientSegment } from './segments.ts'
import { LEAN_PATIENT_LINE, LOOK_SEGMENTS, PATIENT_LINE } from './templates.ts'

/** Lines that stand for segments which all patients who look alike share. */
export const LOOK_LINES: readonly string[] = Object.keys(LOOK_SEGMENTS)
const UNSEEN = -1

/**
 * Where the segments of patient `k`, for a place in `LOOK_LINES`, lie in a pool: end to end, so that they are copied at once. Those of a look are
 * compiled when it is first seen, and kept.
 */
export function createLooks(
  { version, charset, population, identityAt }: CompiledMix,
  seed: number,
  pool: SegmentPool,
): (patient: number, line: number) => number {
  const add = (...segments: readonly string[]): number => {
    const [patient, ...others] = segments.map(segment => carryInLine(segment, identityAt)) as [string, ...string[]]
    // The identity may have taken the filler's place.
    const [before, after = ''] = patient.split(FILLER) as [string, string?]
    return pool.add(before, [after, ...others, ''].join('\r'))
  }
  const compile = (variant: number, line: string): number => {
    const who = look(seed, variant, charset)
    if (line === LEAN_PATIENT_LINE) return add(leanPatientSegment(who, version))
    const patient = patientSegment(who, version)
    return line === PATIENT_LINE ? add(patient) : add(patient, PRIMARY_CARE, kinSegment(who, version))
  }
  const count = Math.min(LOOK_COUNT, population)
  const known = LOOK_LINES.map(() => new Int32Array(count).fill(UNSEEN))
  return (patient, line) => {
    const variant = patient % count
    const ofLine = known[line]!
    if (ofLine[variant] === UNSEEN) ofLine[variant] = compile(variant, LOOK_LINES[line]!)
    return ofLine[variant]!
  }
}
