import { LOOK_COUNT, look } from '../person.ts'
import { carryInLine } from './carry.ts'
import type { CompiledMix } from './compiled.ts'
import type { SegmentPool } from './segmentPool.ts'
import { FILLER, kinSegment, leanPatientSegment, patientSegment } from './segments.ts'

/** The segments that all patients who look alike share. */
export const [WHOLE_PATIENT, NEXT_OF_KIN, LEAN_PATIENT] = [0, 1, 2]
const SEGMENTS = 3
const UNSEEN = -1

/** The segment of patient `k` in a pool; those of a look are compiled when it is first seen, and kept. */
export function createLooks(
  { version, charset, population, identityAt }: CompiledMix,
  seed: number,
  pool: SegmentPool,
): (patient: number, segment: number) => number {
  const add = (segment: string): number => {
    const line = carryInLine(segment, identityAt)
    // The identity may have taken the filler's place.
    const [before, after = ''] = line.split(FILLER) as [string, string?]
    return pool.add(before, `${after}\r`)
  }
  const compile = (variant: number): readonly number[] => {
    const who = look(seed, variant, charset)
    // Patient and kin, which most messages have both, lie side by side.
    return [patientSegment(who, version), kinSegment(who, version), leanPatientSegment(who)].map(add)
  }
  const count = Math.min(LOOK_COUNT, population)
  const segments = new Int32Array(count * SEGMENTS).fill(UNSEEN)
  return (patient, segment) => {
    const first = (patient % count) * SEGMENTS
    if (segments[first] === UNSEEN) segments.set(compile(patient % count), first)
    return segments[first + segment]!
  }
}
