import Table from 'cli-table3'

export interface Columns {
  readonly head: readonly string[]
  /** Characters, one space between columns included. */
  readonly widths: readonly number[]
  readonly aligns: readonly ('left' | 'right')[]
  /** What a cut cell ends with. */
  readonly ellipsis: string
  readonly rows: readonly (readonly string[])[]
}

/** A table without borders, as lines. */
export function columns({ head, widths, aligns, ellipsis, rows }: Columns): readonly string[] {
  const table = new Table({
    head: [...head],
    colWidths: [...widths],
    colAligns: [...aligns],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    truncate: ellipsis,
    chars: NO_BORDERS,
  })
  for (const row of rows) table.push([...row])
  return table
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
}

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map(place => [place, '']),
)
