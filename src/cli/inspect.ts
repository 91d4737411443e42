import type { Command } from 'commander'
import type { Console } from './console.ts'
import { loadTarget } from './loadTarget.ts'
import { addScenarioOptions, type RunFlags } from './runOptions.ts'

export function addInspect(program: Command, console: () => Console): void {
  addScenarioOptions(program.command('inspect').description('print the merged scenario and where each value came from'))
    .argument('<scenario or addresses...>')
    .option('--json', 'print it as JSON')
    .action(async (targets: string[], flags: RunFlags) => {
      const { out, terminal } = console()
      const { scenario, cases, origins } = await loadTarget(targets, flags)
      const values = [...origins].map(([path, origin]) => ({ path, value: at(scenario, path), origin }))
      if (flags.json) {
        const report = {
          schema: 'hl7bench.inspection/1',
          values,
          cases: cases.map(({ id, levels, digest }) => ({ id, levels, digest })),
        }
        return out(`${JSON.stringify(report, null, 2)}\n`)
      }
      const width = Math.max(...values.map(({ path }) => path.length))
      for (const { path, value, origin } of values) {
        out(`${path.padEnd(width)}  ${JSON.stringify(value)}  ${terminal.style.dim(`(${origin})`)}\n`)
      }
      if (cases.length > 1) out(`\n${cases.length} cases; the values above are those of the first\n`)
      for (const { id, digest } of cases) out(`case ${id}  ${terminal.style.dim(`digest ${digest}`)}\n`)
    })
}

/** The value at a path such as `load[0].workload.kind`, or `sut.env["A.B"]`. */
function at(root: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) => index ?? quoted ?? plain ?? '',
  )
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | null | undefined)?.[step], root)
}
