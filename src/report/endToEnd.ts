import type { RunResult } from '../model/result.ts'
import type { CaseReport, EndToEndReport } from './experiment.ts'
import { formatCount, formatMs } from './format.ts'

/** The end-to-end times of one load over its valid runs; null when none has any. */
export function endToEndReport(load: string, results: readonly RunResult[]): EndToEndReport | null {
  const all = results
    .flatMap(result => (result.state === 'valid' ? result.loads : []))
    .flatMap(result => (result.load === load && result.endToEnd !== undefined ? [result.endToEnd] : []))
  if (all.length === 0) return null
  const most = (of: (each: (typeof all)[number]) => number) => Math.max(...all.map(of))
  return {
    arrived: all.reduce((sum, { arrived }) => sum + arrived, 0),
    missing: all.reduce((sum, { missing }) => sum + missing, 0),
    clockOffsetMs: most(({ clock }) => Math.abs(clock.offsetMs)),
    clockUncertaintyMs: most(({ clock }) => clock.uncertaintyMs),
  }
}

/** What the end-to-end figures rest on, one sentence for each load that has them. */
export function endToEndNotes({ loads }: Pick<CaseReport, 'loads'>): readonly string[] {
  return loads.flatMap(({ name, endToEnd }) =>
    endToEnd === undefined
      ? []
      : [
          `${name}.endToEnd: intended time to arrival behind the SUT, ${formatCount(endToEnd.arrived)} arrived, ${formatCount(endToEnd.missing)} did not and count as infinitely slow. ` +
            `Clocks of the processes differ by up to ${formatMs(endToEnd.clockOffsetMs)}, taken out by the machine's own to within ${formatMs(endToEnd.clockUncertaintyMs)}.`,
        ],
  )
}
