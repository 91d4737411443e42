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
      const isLoads = spec.kind === 'loads'
      const isPoint = line => line.style === 'dots' || line.style === 'rings'
      const color = (line, at) => value(line.color || colors[at % colors.length])
      const series = spec.lines.map((line, at) => ({
        label: line.name,
        stroke: color(line, at),
        width: 2,
        scale: line.unit === 'ms' ? 'y' : 'rate',
        spanGaps: true,
        ...(isPoint(line) ? { paths: () => null } : {}),
        ...(line.style === 'dashed' ? { dash: [6, 4] } : {}),
        points: isPoint(line) || line.style === 'knots' ? { show: true, size: 8, width: 2, fill: line.style === 'rings' ? value('--paper') : color(line, at) } : { show: false },
        value: (_, v) => line.unit === 'ms' ? ms(v) : v == null ? '' : +v.toPrecision(3) + (line.unit === '/s' ? ' /s' : ''),
      }))
      const hasMs = spec.lines.some(line => line.unit === 'ms')
      const rate = spec.lines.find(line => line.unit !== 'ms')
      const x = v => v == null ? '' : isTime ? v + ' s' : isLoads ? +v.toPrecision(4) + ' ' + spec.xUnit : quantile(v)
      return new uPlot({
        width: Math.max(280, box.clientWidth),
        height: 280,
        plugins: [marks(spec)],
        scales: {
          x: { time: false, ...(isLoads ? { distr: 3, range: () => [spec.xs[0] / 1.2, spec.xs[spec.xs.length - 1] * 1.2] } : {}) },
          ...(hasMs ? { y: { distr: 3 } } : {}),
          ...(rate ? { rate: { range: (_, low, high) => [0, high * 1.1 || 1] } } : {}),
        },
        axes: [
          axis(isTime ? { values: (_, vs) => vs.map(x) } : isLoads ? { splits: () => spec.ticks, filter: (_, vs) => vs, values: (_, vs) => vs.map(x) } : { splits: () => depths, values: (_, vs) => vs.map(x) }),
          ...(hasMs ? [axis({ scale: 'y', size: 64, values: (_, vs) => vs.map(v => v == null ? '' : ms(v)) })] : []),
          ...(rate ? [axis({ scale: 'rate', side: hasMs ? 1 : 3, size: 64, grid: { show: !hasMs }, values: (_, vs) => vs.map(v => v + (rate.unit === '/s' ? ' /s' : '')) })] : []),
        ],
        series: [{ label: isTime ? 'time' : isLoads ? 'load' : 'share', value: (_, v) => x(v) }, ...series],
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
