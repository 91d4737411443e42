import type { Command } from 'commander'
import { begin, identify } from '../experiment/begin.ts'
import { planExperiment } from '../experiment/plan.ts'
import { renderDryRun } from '../report/dryRun.ts'
import { writeArtefact } from '../results/artefact.ts'
import { readContents } from '../scenario/content.ts'
import type { Console } from './console.ts'
import { loadTarget } from './loadTarget.ts'
import { measure } from './measure.ts'
import { addRunOptions, type RunFlags } from './runOptions.ts'

export const INVOCATION = 'invocation.json'

/** What `resume` needs to load the same scenario again. */
export interface Invocation {
  readonly schema: 'hl7bench.invocation/1'
  readonly targets: readonly string[]
  readonly flags: RunFlags
  readonly cwd: string
}

export function addRun(program: Command, console: () => Console, exit: (code: number) => void): void {
  addRunOptions(
    program
      .command('run')
      .description('measure a scenario, or servers that run already (mllp://host:port, http://host:port/fhir)'),
  )
    .argument('[scenario or addresses...]', 'a scenario file (.ts, .yaml, .json), or addresses')
    .action(async (targets: string[], flags: RunFlags) => exit(await run(targets, flags, console())))
}

async function run(targets: readonly string[], flags: RunFlags, console: Console): Promise<number> {
  const loaded = await loadTarget(targets, flags)
  const contents = await readContents(loaded)
  for (const warning of loaded.warnings) console.err(`warning: ${warning}\n`)
  const results = flags.results ?? process.env.HL7BENCH_RESULTS ?? null
  const identity = { loaded, env: process.env, results, environmentId: flags.environmentId ?? null }
  if (flags.dryRun) {
    const plan = planExperiment('dry-run', loaded.cases, loaded.scenario.runs, loaded.scenario.seed)
    console.out(renderDryRun(plan, { width: console.terminal.width, overheadMs: null }))
    console.out(`rows would go to ${(await identify(identity)).resultsFile}\n`)
    return 0
  }
  const begun = await begin({ ...identity, tags: flags.tag ?? {}, mask: console.mask })
  const invocation: Invocation = { schema: 'hl7bench.invocation/1', targets, flags, cwd: process.cwd() }
  writeArtefact(begun.folder, INVOCATION, console.mask(JSON.stringify(invocation, null, 2)))
  return await measure({ begun, contents, flags, repeat: repeatCommand(loaded.scenario.seed), console })
}

/** The command line as it was, and the seed, which may have come from the file. */
function repeatCommand(seed: number): string {
  const words = process.argv
    .slice(2)
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
  return ['npx hl7bench', ...words, ...(words.includes('--seed') ? [] : ['--seed', String(seed)])].join(' ')
}
