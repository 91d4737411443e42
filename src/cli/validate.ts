import type { Command } from 'commander'
import { plural } from '../report/format.ts'
import { readContents } from '../scenario/content.ts'
import type { Console } from './console.ts'
import { loadTarget } from './loadTarget.ts'
import { addScenarioOptions, type RunFlags } from './runOptions.ts'

export function addValidate(program: Command, console: () => Console): void {
  addScenarioOptions(
    program.command('validate').description('check a scenario and the files it names, and create nothing'),
  )
    .argument('<scenario or addresses...>')
    .option('--json', 'print the result as JSON')
    .action(async (targets: string[], flags: RunFlags) => {
      const { out, err } = console()
      const loaded = await loadTarget(targets, flags)
      await readContents(loaded)
      for (const warning of loaded.warnings) err(`warning: ${warning}\n`)
      const cases = loaded.cases.map(({ id, digest }) => ({ id, digest }))
      if (flags.json)
        out(
          `${JSON.stringify({ schema: 'hl7bench.validation/1', valid: true, cases, warnings: loaded.warnings }, null, 2)}\n`,
        )
      else
        out(
          `${targets.join(' ')} is valid: ${cases.length === 1 ? 'one case' : `${cases.length} cases`} of ${plural(loaded.scenario.runs, 'run')}\n`,
        )
    })
}
