import { LEAST_LEFT_MS, type Progress, progressBar } from '../report/progress.ts'

export interface BarGlyphs {
  readonly done: string
  readonly left: string
}

const LONGEST_BAR = 20
const SHORTEST_BAR = 4

/**
 * One line that a person watches, never longer than `width` columns: what matters least goes first where room is short.
 * Fields that change all the time keep their places.
 */
export function statusLine(progress: Progress, width: number, glyphs: BarGlyphs): string {
  const { tokens, share } = progressBar(progress)
  const { run, runs, stage, elapsedMs, leftMs } = progress
  const count =
    runs === null ? `${tokens.count}, ${tokens.block}` : `run ${String(run).padStart(String(runs).length)}/${runs}`
  const times =
    leftMs === null || leftMs < LEAST_LEFT_MS ? clock(elapsedMs) : `${clock(elapsedMs)}, ${clock(leftMs)} left`
  const fields = [count, stage.padEnd(7), tokens.rate.padStart(7), tokens.p99.padEnd(10), tokens.failures, times]
  // By place in `fields`, the least important first.
  for (const dropped of [null, 3, 1, 2, 4, 5]) {
    if (dropped !== null) fields[dropped] = ''
    const text = fields.filter(field => field !== '').join('  ')
    const room = Math.min(LONGEST_BAR, width - text.length - 1)
    if (room >= SHORTEST_BAR) return `${barOf(share, room, glyphs)} ${text}`
  }
  return count.slice(0, Math.max(0, width))
}

function barOf(share: number, length: number, { done, left }: BarGlyphs): string {
  const filled = Math.round(share * length)
  return done.repeat(filled) + left.repeat(length - filled)
}

/** `0:05`, `12:40`, `1:02:03`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const twoDigits = (part: number) => String(part).padStart(2, '0')
  const start = hours > 0 ? `${hours}:${twoDigits(minutes)}` : String(minutes)
  return `${start}:${twoDigits(seconds % 60)}`
}
