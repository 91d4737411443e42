import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startGuarded } from '../../environment/guarded.ts'
import { processProvisioner } from '../../environment/process.ts'
import { sweepDead } from '../../environment/sweep.ts'
import type {
  Calibration,
  ClosedCeiling,
  EngineAgreement,
  OpenCeiling,
  ProtocolCalibration,
} from '../../model/calibration.ts'
import type { Protocol } from '../../model/scenario.ts'
import { measureAgreement } from './agreement.ts'
import { type Bench, openBench } from './bench.ts'
import { measureClosed } from './closed.ts'
import { searchOpen } from './open.ts'

export const PARTS = ['mllp', 'fhir', 'agreement'] as const
export type Part = (typeof PARTS)[number]

export interface CalibrateOptions {
  readonly experimentId: string
  readonly parts: readonly Part[]
  /** Runs of each closed loop. */
  readonly runs: number
  /** Measured phase of every run, ms. */
  readonly measureMs: number
  /** How close the bounds of the open rate must come: 0.1 = 10 %. */
  readonly widthRatio: number
  readonly seed: number
  readonly signal: AbortSignal
  /** What happened, a line each. */
  readonly told: (text: string) => void
}

/** The parts that were asked for; the others are null. */
export type Calibrated = Omit<Calibration, 'machine'>

export interface CalibrationEnd {
  /** Null: interrupted. */
  readonly calibrated: Calibrated | null
  readonly leaks: readonly string[]
}

/** In processes of their own under a guardian, one run after the other. @throws CalibrationError */
export async function performCalibration(options: CalibrateOptions): Promise<CalibrationEnd> {
  const { experimentId, seed, signal } = options
  await sweepDead()
  const guarded = await startGuarded({ experimentId, kind: 'process' })
  // Beside the journal: a sweep after a crash removes both.
  const folder = join(dirname(guarded.journalFile), 'calibrate')
  const provisioner = processProvisioner(guarded)
  const bench = openBench({ experimentId, provisioner, folder, seed, signal: AbortSignal.any([signal, guarded.lost]) })
  let calibrated: Calibrated | null = null
  let left: readonly string[] = []
  try {
    calibrated = await measureParts(bench, options)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
    left = await guarded.close()
  }
  return { calibrated, leaks: [...bench.leaks, ...left] }
}

/** On any bench. @throws CalibrationError */
export async function measureParts(
  bench: Bench,
  options: Omit<CalibrateOptions, 'experimentId' | 'signal'>,
): Promise<Calibrated> {
  const { parts } = options
  return {
    mllp: parts.includes('mllp') ? await measureProtocol(bench, 'mllp', options) : null,
    fhir: parts.includes('fhir') ? await measureProtocol(bench, 'fhir', options) : null,
    agreement: parts.includes('agreement') ? await agreementOf(bench, options) : null,
  }
}

type Settings = Omit<CalibrateOptions, 'experimentId' | 'signal'>

async function measureProtocol(
  bench: Bench,
  protocol: Protocol,
  { runs, measureMs, widthRatio, told }: Settings,
): Promise<ProtocolCalibration> {
  const name = protocol.toUpperCase()
  const at = new Date().toISOString()
  const closed = await measureClosed(bench, protocol, {
    runs,
    measureMs,
    ended: run => told(`${name} closed loop: run ${run}/${runs}\n`),
  })
  const open = await searchOpen(bench, protocol, {
    measureMs,
    widthRatio,
    closedPerSecond: closed.throughputPerSecond,
    ended: ({ number, ratePerSecond, wrong, isDisturbed }) => {
      const found =
        wrong === null ? 'kept' : isDisturbed ? `disturbed by other programs (${wrong})` : `not kept (${wrong})`
      told(`${name} open rate: trial ${number}, ${ratePerSecond} /s ${found}\n`)
    },
  })
  return { at, isDisturbed: isDisturbed(closed, open), closed, open }
}

function isDisturbed({ throughputs, failed, disturbed }: ClosedCeiling, { isWhole }: OpenCeiling): boolean {
  return !isWhole || disturbed * 2 >= throughputs.length + failed
}

async function agreementOf(bench: Bench, { measureMs, seed, told }: Settings): Promise<EngineAgreement> {
  const at = new Date().toISOString()
  const ended = (pairs: number) => told(`FHIR engine and autocannon: ${pairs} pairs\n`)
  return { at, ...(await measureAgreement(bench, { measureMs, seed, ended })) }
}
