import { formatCount, formatMs } from '../format.ts'
import type { LoadFit } from '../hash/loadFit.ts'
import { lineText } from '../hash/terminal.ts'
import { linearScale, roundTicks } from './axis.ts'
import { escapeHtml } from './escape.ts'
import { CHART, chartFrame, polyline } from './frame.ts'

/** Load time against the iterations of the hash, with the fitted line. */
export function hashSection({ rungs, answer }: LoadFit): string {
  const rows = rungs.map(
    ({ iterations, secondsPerRecord, hashShare, n }) =>
      `<tr><th scope="row">${formatCount(iterations)}</th><td class="number">${formatMs(secondsPerRecord * 1000)}</td><td class="number">${(hashShare * 100).toFixed(0)} %</td><td class="number">${n}</td></tr>`,
  )
  const head = ['iterations', 'time per record', 'share of hashing', 'n']
    .map((name, at) => `<th scope="col"${at === 0 ? '' : ' class="number"'}>${name}</th>`)
    .join('')
  return [
    '<section><h2>Load time against iterations</h2>',
    `<div class="scroll" tabindex="0" role="region" aria-label="Load time by iterations"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    answer === null ? '' : `<p>${escapeHtml(lineText(answer))}</p>`,
    chart({ rungs, answer }),
    '</section>',
  ].join('\n')
}

function chart({ rungs, answer }: Pick<LoadFit, 'rungs' | 'answer'>): string {
  const most = rungs.at(-1)!
  const ticksX = roundTicks(most.iterations)
  const ticksY = roundTicks(Math.max(...rungs.map(({ secondsPerRecord }) => secondsPerRecord)) * 1000)
  const x = linearScale([0, ticksX.at(-1)!], [CHART.left, CHART.right])
  const y = linearScale([0, ticksY.at(-1)!], [CHART.bottom, CHART.top])
  const dots = rungs.map(
    ({ iterations, secondsPerRecord }) =>
      `<circle class="run" cx="${x(iterations).toFixed(1)}" cy="${y(secondsPerRecord * 1000).toFixed(1)}" r="4"/>`,
  )
  const at = (iterations: number, fit: NonNullable<LoadFit['answer']>) =>
    (fit.intercept.estimate + fit.slope.estimate * iterations) * 1000
  const line =
    answer === null
      ? ''
      : polyline([rungs[0]!, most].map(({ iterations }) => [x(iterations), y(Math.max(0, at(iterations, answer)))]))
  return chartFrame(
    `Median time per record by iterations, from ${formatMs(rungs[0]!.secondsPerRecord * 1000)} to ${formatMs(most.secondsPerRecord * 1000)}`,
    { scale: x, ticks: ticksX.map(value => ({ value, text: formatCount(value) })), name: 'PBKDF2 iterations' },
    { scale: y, ticks: ticksY.map(value => ({ value, text: formatMs(value) })), name: 'time per record' },
    line + dots.join(''),
  )
}
