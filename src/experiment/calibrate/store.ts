import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareState, stateFolder } from '../../environment/state.ts'
import type { CalibratedMachine, Calibration } from '../../model/calibration.ts'
import type { Provenance } from '../../model/row.ts'
import { writeArtefact } from '../../results/artefact.ts'
import type { Calibrated } from './perform.ts'

const SCHEMA = 'hl7bench.calibrations/2'
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

/** Parts that were not measured this time are kept from the last. Returns what is stored now. */
export function storeCalibration(
  machine: CalibratedMachine,
  { mllp, fhir, agreement }: Calibrated,
  folder = stateFolder(),
): Calibration {
  prepareState(folder)
  const all = readAll(folder)
  const former = all.find(isOf(machine))
  const whole: Calibration = {
    machine,
    mllp: mllp ?? former?.mllp ?? null,
    fhir: fhir ?? former?.fhir ?? null,
    agreement: agreement ?? former?.agreement ?? null,
  }
  const stored: Stored = { schema: SCHEMA, calibrations: [whole, ...all.filter(each => !isOf(machine)(each))] }
  writeArtefact(folder, FILE, `${JSON.stringify(stored, null, 2)}\n`)
  return whole
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
