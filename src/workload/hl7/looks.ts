import type { FieldPath } from '../../model/downstream.ts'
import type { Charset, Hl7Version } from '../../model/scenario.ts'
import { LOOK_COUNT, look } from '../person.ts'
import { carryInLine } from './carry.ts'
import { FILLER, kinSegment, leanPatientSegment, patientSegment } from './segments.ts'
import { compileSlots, type SlottedBytes } from './slots.ts'

/** A PID whole, and cut where the filler goes. */
export interface PatientBytes {
  readonly whole: SlottedBytes
  readonly beforeFiller: SlottedBytes
  readonly afterFiller: SlottedBytes
}

/** The segments of all patients that look alike. */
export interface CompiledLook {
  readonly patient: PatientBytes
  readonly leanPatient: PatientBytes
  readonly kin: SlottedBytes
}

interface LookOptions {
  readonly version: Hl7Version
  readonly charset: Charset
  readonly population: number
  /** Where the segments carry the identity of the message. */
  readonly identityAt?: FieldPath
}

/** The segments of patient `k`; those of a look are compiled when it is first seen, and kept. */
export function createLooks(
  { version, charset, population, identityAt }: LookOptions,
  seed: number,
  encode: (text: string) => Uint8Array,
): (patient: number) => CompiledLook {
  const patientBytes = (segment: string): PatientBytes => {
    const line = carryInLine(segment, identityAt)
    // The identity may have taken the filler's place.
    const [before, after] = `${line}${line.includes(FILLER) ? '' : FILLER}\r`.split(FILLER) as [string, string]
    return {
      whole: compileSlots(before + after, encode),
      beforeFiller: compileSlots(before, encode),
      afterFiller: compileSlots(after, encode),
    }
  }
  const compile = (variant: number): CompiledLook => {
    const who = look(seed, variant, charset)
    return {
      patient: patientBytes(patientSegment(who, version)),
      leanPatient: patientBytes(leanPatientSegment(who)),
      kin: compileSlots(`${carryInLine(kinSegment(who, version), identityAt)}\r`, encode),
    }
  }
  const count = Math.min(LOOK_COUNT, population)
  const looks: (CompiledLook | null)[] = Array.from({ length: count }, () => null)
  return patient => {
    const variant = patient % count
    looks[variant] ??= compile(variant)
    return looks[variant]
  }
}
