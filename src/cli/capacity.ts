import type { Command } from 'commander'
import { begin } from '../experiment/begin.ts'
import { subjectsOf } from '../experiment/capacity/subjects.ts'
import type { CapacityReport } from '../report/capacity/report.ts'
import { renderCapacity } from '../report/capacity/terminal.ts'
import { renderCapacityJson } from '../report/json.ts'
import { readContents } from '../scenario/content.ts'
import { addCapacityOptions, aimOf, type CapacityFlags } from './capacityOptions.ts'
import { checkOutputs } from './checkOutputs.ts'
import type { Console } from './console.ts'
import { interruptible } from './interrupt.ts'
import { writeInvocation } from './invocation.ts'
import { loadTarget } from './loadTarget.ts'
import { measureCapacity } from './measureCapacity.ts'
import { identityOf, repeatCommand } from './run.ts'
import type { RunFlags } from './runOptions.ts'

export function addCapacity(program: Command, console: () => Console, exit: (code: number) => void): void {
  addCapacityOptions(
    program.command('capacity').description('the highest load that meets the SLOs, searched for on independent clones'),
  )
    .argument('<scenario>', 'a scenario file (.ts, .yaml, .json)')
    .action(async (file: string, flags: CapacityFlags) =>
      exit(await capacity(file, { ...flags, slo: true }, console())),
    )
}

async function capacity(file: string, flags: CapacityFlags, console: Console): Promise<number> {
  const { loaded, references } = await loadSearch([file], flags)
  const aim = aimOf(loaded, flags)
  checkOutputs(flags)
  const contents = await readContents(loaded)
  for (const warning of loaded.warnings) console.err(`warning: ${warning}\n`)
  const search = { aim, references }
  const identity = identityOf(loaded, flags)
  const begun = await begin({ ...identity, search, tags: flags.tag ?? {}, arms: null, mask: console.mask })
  const repeat = repeatCommand(loaded.scenario.seed)
  writeInvocation(begun.folder, { targets: [file], flags, repeat }, console.mask)
  const report = await interruptible(signal =>
    measureCapacity({ begun, loaded, contents, flags, repeat, console, signal }),
  )
  printCapacity(report, flags, console)
  return report.exit.code
}

/** A scenario with the cases that are searched beside its own. Trials are planned one by one, from what those before have shown. */
export async function loadSearch(targets: readonly string[], flags: CapacityFlags) {
  const loaded = await loadTarget(targets, flags)
  const { cases, references } = subjectsOf(loaded.cases, flags.direct, loaded.digestOf)
  return {
    loaded: { ...loaded, cases, scenario: { ...loaded.scenario, runs: 0 } },
    references: Object.fromEntries(references),
  }
}

export function printCapacity(report: CapacityReport, { json }: Pick<RunFlags, 'json'>, console: Console): void {
  console.out(json ? renderCapacityJson(report) : renderCapacity(report, console.terminal))
}
