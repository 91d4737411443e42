import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareState, stateFolder } from '../../environment/state.ts'
import type {
  CalibratedMachine,
  CalibratedPart,
  Calibration,
  EngineAgreement,
  ProtocolCalibration,
} from '../../model/calibration.ts'
import type { Provenance } from '../../model/row.ts'
import { writeArtefact } from '../../results/artefact.ts'
import { type Calibrated, PARTS } from './perform.ts'

const SCHEMA = 'hl7bench.calibrations/3'
const FILE = 'calibration.json'

/** A state folder may be shared by machines, and outlives versions: each has its own, the newest first. */
interface Stored {
  readonly schema: typeof SCHEMA
  readonly calibrations: readonly Calibration[]
}

export const calibrationFile = (folder = stateFolder()): string => join(folder, FILE)

/** What a figure must share with a run to be set beside it. */
export function machineOf({ host, harness }: Pick<Provenance, 'host' | 'harness'>): CalibratedMachine {
  const { cpuModel, cores, kernel, node } = host
  return { cpuModel, cores, kernel, node, harness: harness.version }
}

/** Null: this machine was not calibrated with these versions. */
export function readCalibration(machine: CalibratedMachine, folder = stateFolder()): Calibration | null {
  return readAll(folder).find(isOf(machine)) ?? null
}

export interface Storing {
  /** What was measured this time; where nothing was, what is stored. */
  readonly shown: Calibration
  /** Parts that were disturbed this time, and stay stored as they were undisturbed. */
  readonly notStored: readonly CalibratedPart[]
}

/**
 * Parts that were not measured this time are kept from the last, and so are those that were measured undisturbed, where this time they
 * were disturbed: what other programs leave of a machine is not what its generators can do.
 */
export function storeCalibration(machine: CalibratedMachine, measured: Calibrated, folder = stateFolder()): Storing {
  prepareState(folder)
  const all = readAll(folder)
  const former = all.find(isOf(machine)) ?? { machine, mllp: null, fhir: null, agreement: null }
  const notStored = PARTS.filter(part => isPoor(measured[part]) && former[part] !== null && !isPoor(former[part]))
  const shown: Calibration = {
    machine,
    mllp: measured.mllp ?? former.mllp,
    fhir: measured.fhir ?? former.fhir,
    agreement: measured.agreement ?? former.agreement,
  }
  const kept: Calibration = { ...shown, ...Object.fromEntries(notStored.map(part => [part, former[part]])) }
  const stored: Stored = { schema: SCHEMA, calibrations: [kept, ...all.filter(each => !isOf(machine)(each))] }
  writeArtefact(folder, FILE, `${JSON.stringify(stored, null, 2)}\n`)
  return { shown, notStored }
}

function isPoor(part: ProtocolCalibration | EngineAgreement | null): boolean {
  if (part === null) return false
  return 'verdict' in part ? part.verdict === 'insufficient' : part.isDisturbed
}

const isOf = (machine: CalibratedMachine) => (each: Calibration) =>
  (Object.keys(machine) as (keyof CalibratedMachine)[]).every(key => each.machine?.[key] === machine[key])

/** A hint that cannot be read is none. */
function readAll(folder: string): readonly Calibration[] {
  try {
    const stored = JSON.parse(readFileSync(calibrationFile(folder), 'utf8')) as Stored
    return stored.schema === SCHEMA && Array.isArray(stored.calibrations) ? stored.calibrations : []
  } catch {
    return []
  }
}
