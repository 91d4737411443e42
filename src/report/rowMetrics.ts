import type { Row } from '../model/row.ts'
import type { Figure, Unit } from './experiment.ts'

/** One figure of a row. */
export interface RowFigure {
  /** `mllp.response.p99`; `duration` for a row that has nothing but its length. */
  readonly path: string
  /** A quantile among the unanswered has only a lower bound. */
  readonly figure: Figure
  readonly unit: Unit
  readonly better: 'lower' | 'higher'
  readonly kind: 'ratio' | 'difference'
  /** An upper bound: the generator's own lag is a large part of it. */
  readonly marked: boolean
}

interface LoadFigures {
  readonly load?: unknown
  readonly throughputPerSecond?: unknown
  readonly errorRatio?: unknown
  readonly measuredMs?: unknown
  readonly intendedPerSecond?: unknown
  readonly drain?: { readonly ms?: unknown; readonly above?: unknown }
  readonly quantiles?: {
    readonly response?: Readonly<Record<string, { ms?: unknown; above?: unknown; marked?: unknown } | null>>
  }
}

/** Whether a row counts: written by another tool, or valid. */
export const isCounted = ({ data }: Row): boolean => data.state === undefined || data.state === 'valid'

/** The figures of a row; of a row that hl7bench did not write, its duration. */
export function figuresOfRow(row: Row): readonly RowFigure[] {
  const { loads } = row.data
  if (!Array.isArray(loads)) return row.durationMs === null ? [] : [durationOf('duration', row.durationMs)]
  return (loads as readonly LoadFigures[]).flatMap(load => {
    const name = String(load.load)
    return [
      ...quantileOf(load, name, 'p50'),
      ...quantileOf(load, name, 'p99'),
      ...numberOf(load.throughputPerSecond, value => ({
        ...exact(`${name}.throughput`, value, '/s'),
        better: 'higher' as const,
      })),
      ...numberOf(load.errorRatio, value => ({
        ...exact(`${name}.errors`, value, 'ratio'),
        kind: 'difference' as const,
      })),
      ...timeOf(load.drain, `${name}.drain`),
      ...numberOf(load.measuredMs, value => durationOf(`${name}.duration`, value)),
    ]
  })
}

function quantileOf({ quantiles }: LoadFigures, name: string, quantile: string): readonly RowFigure[] {
  return timeOf(quantiles?.response?.[quantile], `${name}.response.${quantile}`)
}

/** A time, or only a lower bound of one. */
function timeOf(
  found: { readonly ms?: unknown; readonly above?: unknown; readonly marked?: unknown } | null | undefined,
  path: string,
): readonly RowFigure[] {
  if (found === undefined || found === null) return []
  const marked = found.marked === true
  return found.ms === undefined
    ? numberOf(found.above, above => ({ ...exact(path, above, 'ms'), figure: { value: null, above }, marked }))
    : numberOf(found.ms, value => ({ ...exact(path, value, 'ms'), marked }))
}

const durationOf = (path: string, value: number): RowFigure => exact(path, value, 'ms')

const exact = (path: string, value: number, unit: Unit): RowFigure => ({
  path,
  figure: { value, above: null },
  unit,
  better: 'lower',
  kind: 'ratio',
  marked: false,
})

function numberOf(value: unknown, make: (value: number) => RowFigure): readonly RowFigure[] {
  return typeof value === 'number' && Number.isFinite(value) ? [make(value)] : []
}
