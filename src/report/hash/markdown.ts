import { formatCount, formatMs } from '../format.ts'
import type { LoadFit } from './loadFit.ts'
import { lineText } from './terminal.ts'

/** Load time against iterations as Markdown. */
export function loadMarkdown({ rungs, answer }: LoadFit): string {
  return [
    '### Load time against iterations',
    '',
    '| iterations | time per record | share of hashing | n |',
    '| ---: | ---: | ---: | ---: |',
    ...rungs.map(
      ({ iterations, secondsPerRecord, hashShare, n }) =>
        `| ${formatCount(iterations)} | ${formatMs(secondsPerRecord * 1000)} | ${(hashShare * 100).toFixed(0)} % | ${n} |`,
    ),
    '',
    answer === null ? 'Too few runs for a line.' : lineText(answer),
  ].join('\n')
}
