export const STYLESHEET = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #ffffff; --accent: #0550ae; --good: #116329; --bad: #a40e26; --warning: #7d4e00; --band: #b6d4fe; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --line: #3d444d; --paper: #0d1117; --accent: #79c0ff; --good: #56d364; --bad: #ff7b72; --warning: #e3b341; --band: #1f3b5c; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin-bottom: 0.3rem; }
.met { color: var(--good); } .missed { color: var(--bad); } .unmeasured { color: var(--warning); } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 0.25rem 0.6rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tbody th { white-space: nowrap; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.cases tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; } table.cases svg { display: block; }
code { font: 0.9em ui-monospace, monospace; } .scroll { overflow-x: auto; }
svg.chart { width: 100%; height: auto; max-width: 680px; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: 1; } .line { fill: none; stroke: var(--accent); stroke-width: 1.8; }
td, th { overflow-wrap: normal; } td span, td code { overflow-wrap: anywhere; } figure { margin: 0.5rem 0; } figcaption { color: var(--soft); font-size: 0.9rem; } .drawn > svg { display: none; } .uplot, .u-legend { font-family: system-ui, sans-serif; color: var(--ink); }
summary, .scroll { outline-offset: 2px; } :focus-visible { outline: 2px solid var(--accent); }
.interval { fill: var(--band); } .median { stroke: var(--accent); stroke-width: 1.5; }
.limit { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 6 4; } .run { fill: var(--ink); fill-opacity: 0.65; } .marked { fill: var(--warning); } .excluded { fill: none; stroke: var(--soft); }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --accent: #0550ae; --good: #116329; --bad: #a40e26; --warning: #7d4e00; --band: #b6d4fe; }
  body { max-width: none; padding: 0; font-size: 11px; } section, svg, tr { break-inside: avoid; }
}
`
