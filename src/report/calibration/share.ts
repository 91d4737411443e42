import type { Calibration } from '../../model/calibration.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Load } from '../../model/scenario.ts'
import { quantile } from '../../stats/quantile.ts'
import type { CaseReport } from '../experiment.ts'
import { formatNumber } from '../format.ts'

/** A load beside the figure of its machine: a hint, the evidence is in each run. */
export interface CalibratedShare {
  /** When the figure was measured: ISO 8601 UTC. */
  readonly at: string
  readonly workload: 'open' | 'closed'
  readonly perSecond: number
  /** Median throughput of the valid runs over that figure. */
  readonly share: number
}

/** Undefined where the figure is of something else: several generators, TLS, another transport or engine, no such figure. */
export function calibratedShare(
  load: Load,
  valid: readonly LoadResult[],
  calibration: Calibration | null,
): CalibratedShare | undefined {
  const found = calibration?.[load.protocol]
  if (!found || valid.length === 0 || !isAlike(load)) return undefined
  const { kind } = load.workload
  const perSecond = kind === 'closed' ? found.closed.throughputPerSecond : found.open.ratePerSecond
  if (perSecond === null || perSecond <= 0) return undefined
  const throughput = quantile(
    valid.map(({ throughputPerSecond }) => throughputPerSecond),
    0.5,
  )
  return { at: found.at, workload: kind, perSecond, share: throughput / perSecond }
}

function isAlike(load: Load): boolean {
  if (load.generators !== 1 || load.tls !== null) return false
  return load.protocol === 'mllp' ? load.transport === 'mllp' : load.engine === 'own'
}

/** One sentence for each load that has a share. */
export function calibrationNotes({ loads }: Pick<CaseReport, 'loads'>): readonly string[] {
  return loads.flatMap(({ name, calibrated }) => {
    if (calibrated === undefined) return []
    const { at, workload, perSecond, share } = calibrated
    const figure = `${formatNumber(perSecond)} /s, ${workload} loop`
    return `${name}: ${formatNumber(share * 100)} % of what this machine's generator did when calibrated (${at.slice(0, 10)}: ${figure}); a hint, the evidence is in each run`
  })
}
