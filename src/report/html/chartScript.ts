/**
 * Draws the charts of the page with uPlot in the place of the drawings that stand there without it. Runs in the browser, after uPlot; in the
 * colours of the page, light or dark.
 */
export const CHART_SCRIPT = `(() => {
  const specs = JSON.parse(document.getElementById('charts').textContent)
  const colors = ['--accent', '--warning', '--good', '--bad', '--ink', '--soft']
  const value = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  let plots = []
  const depths = [0, 1, 2, 3, 4, 5]
  const quantile = depth => +(100 * (1 - 10 ** -depth)).toFixed(4) + ' %'
  const ms = v => v == null ? '' : v < 1 ? +(v * 1000).toPrecision(3) + ' us' : v < 1000 ? +v.toPrecision(3) + ' ms' : +(v / 1000).toPrecision(3) + ' s'
  const marks = spec => ({ hooks: { draw: [plot => {
    for (const mark of spec.marks) {
      const x = plot.valToPos(mark.at, 'x', true)
      plot.ctx.fillStyle = value('--bad')
      plot.ctx.fillRect(x, plot.bbox.top, 2, plot.bbox.height)
      plot.ctx.fillText(mark.text, x + 4, plot.bbox.top + 12)
    }
  }] } })
  const axis = (more) => ({ stroke: value('--soft'), grid: { stroke: value('--line'), width: 1 }, ticks: { stroke: value('--line') }, ...more })
  const draw = () => {
    for (const plot of plots) plot.destroy()
    plots = specs.map((spec, number) => {
      const box = document.querySelector('[data-chart="' + number + '"]')
      box.classList.add('drawn')
      const isTime = spec.kind === 'time'
      const series = spec.lines.map((line, at) => ({
        label: line.name,
        stroke: value(colors[at % colors.length]),
        width: 2,
        scale: line.unit === 'ms' ? 'y' : 'rate',
        spanGaps: true,
        points: { show: false },
        value: (_, v) => line.unit === 'ms' ? ms(v) : v == null ? '' : +v.toPrecision(3) + ' /s',
      }))
      const hasRate = spec.lines.some(line => line.unit === '/s')
      return new uPlot({
        width: Math.max(280, box.clientWidth),
        height: 280,
        plugins: [marks(spec)],
        scales: { x: { time: false }, y: { distr: 3 }, ...(hasRate ? { rate: { range: (_, low, high) => [0, high * 1.1 || 1] } } : {}) },
        axes: [
          axis(isTime ? { values: (_, vs) => vs.map(v => v + ' s') } : { splits: () => depths, values: (_, vs) => vs.map(quantile) }),
          axis({ scale: 'y', size: 64, values: (_, vs) => vs.map(v => v == null ? '' : ms(v)) }),
          ...(hasRate ? [axis({ scale: 'rate', side: 1, size: 64, grid: { show: false }, values: (_, vs) => vs.map(v => v + ' /s') })] : []),
        ],
        series: [{ label: isTime ? 'time' : 'share', value: (_, v) => v == null ? '' : isTime ? v + ' s' : quantile(v) }, ...series],
      }, [spec.xs, ...spec.lines.map(line => line.values)], box)
    })
    for (const plot of plots) {
      plot.root.querySelector('canvas').setAttribute('role', 'img')
      plot.root.querySelector('canvas').setAttribute('aria-label', plot.root.parentNode.querySelector('figcaption').textContent + '; its values are in the table below')
    }
  }
  let timer = 0
  const later = () => { clearTimeout(timer); timer = setTimeout(draw, 100) }
  addEventListener('resize', later)
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', draw)
  draw()
})()`
