import { type LoadProgress, loadTokens } from '../report/progress.ts'

const LONGEST_NAME = 24
const INDENT = '  '

/**
 * A line for each load of a run that has several, none longer than `width` columns, `most` lines at most: what matters least goes first where room
 * is short, the name never. Columns are as wide as their widest.
 */
export function loadLines(loads: readonly LoadProgress[], width: number, most: number): readonly string[] {
  if (loads.length < 2 || most < 1 || loads.every(isBare)) return []
  const shown = loads.length > most ? loads.slice(0, most - 1) : loads
  const left = loads.length - shown.length
  const rows = shown.map(load => {
    const { rate, p99, failures } = loadTokens(load)
    return [load.name.slice(0, LONGEST_NAME), rate, p99, failures]
  })
  const longest = (column: number) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0)
  const widths = [longest(0), Math.max(7, longest(1)), Math.max(10, longest(2)), longest(3)]
  const lines = rows.map(row => fitting(row, widths, width))
  return left === 0 ? lines : [...lines, `${INDENT}and ${left} more load${left === 1 ? '' : 's'}`.slice(0, width)]
}

/** Nothing was sent yet. */
const isBare = ({ ratePerSecond, p99Ms, failures }: LoadProgress): boolean =>
  ratePerSecond === null && p99Ms === null && failures === 0

function fitting(row: readonly string[], widths: readonly number[], width: number): string {
  const cells = [row[0]!.padEnd(widths[0]!), row[1]!.padStart(widths[1]!), row[2]!.padEnd(widths[2]!), row[3]!]
  // By place in the row, the least important first.
  for (const dropped of [null, 2, 1, 3]) {
    if (dropped !== null) cells[dropped] = ''
    const text =
      INDENT +
      cells
        .filter(cell => cell !== '')
        .join('  ')
        .trimEnd()
    if (text.length <= width) return text
  }
  return (INDENT + row[0]!).slice(0, width)
}
