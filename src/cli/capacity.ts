import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Begun, begin } from '../experiment/begin.ts'
import { exitOfCapacity } from '../experiment/capacity/exit.ts'
import { type CapacityConductor, capacityConductor } from '../experiment/capacity/perform.ts'
import { type Subjects, subjectsOf } from '../experiment/capacity/subjects.ts'
import { prepareOne } from '../experiment/prepareOne.ts'
import type { SessionEnd } from '../experiment/session.ts'
import type { CapacityAim, CapacityTrial } from '../model/capacity.ts'
import type { Case } from '../model/experiment.ts'
import { renderCapacityMarkdown } from '../report/capacity/markdown.ts'
import type { CapacityCase, CapacityReport } from '../report/capacity/report.ts'
import { summarizeCapacity } from '../report/capacity/summarize.ts'
import { renderCapacity } from '../report/capacity/terminal.ts'
import { trialText } from '../report/capacity/wording.ts'
import { renderCapacityHtml } from '../report/html/capacityPage.ts'
import { renderCapacityJson } from '../report/json.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { type LoadContent, readContents } from '../scenario/content.ts'
import { addCapacityOptions, aimOf, type CapacityFlags } from './capacityOptions.ts'
import { checkOutputs } from './checkOutputs.ts'
import type { Console } from './console.ts'
import { htmlAssets } from './htmlAssets.ts'
import { interruptible } from './interrupt.ts'
import { writeInvocation } from './invocation.ts'
import { loadTarget } from './loadTarget.ts'
import { performShown } from './performShown.ts'
import { identityOf, repeatCommand } from './run.ts'

export function addCapacity(program: Command, console: () => Console, exit: (code: number) => void): void {
  addCapacityOptions(
    program.command('capacity').description('the highest load that meets the SLO, searched for on independent clones'),
  )
    .argument('<scenario>', 'a scenario file (.ts, .yaml, .json)')
    .action(async (file: string, flags: CapacityFlags) =>
      exit(await capacity(file, { ...flags, slo: true }, console())),
    )
}

async function capacity(file: string, flags: CapacityFlags, console: Console): Promise<number> {
  const loaded = await loadTarget([file], flags)
  const aim = aimOf(loaded, flags)
  checkOutputs(flags)
  const subjects = subjectsOf(loaded.cases, flags.direct, loaded.digestOf)
  // Trials are planned one by one, from what those before have shown.
  const searched = { ...loaded, cases: subjects.cases, scenario: { ...loaded.scenario, runs: 0 } }
  const contents = await readContents(searched)
  for (const warning of loaded.warnings) console.err(`warning: ${warning}\n`)
  const begun = await begin({ ...identityOf(searched, flags), tags: flags.tag ?? {}, arms: null, mask: console.mask })
  const repeat = repeatCommand(loaded.scenario.seed)
  writeInvocation(begun.folder, { targets: [file], flags, repeat }, console.mask)
  const report = await interruptible(signal =>
    search({ begun, aim, subjects, loaded, contents, flags, repeat, console, signal }),
  )
  console.out(flags.json ? renderCapacityJson(report) : renderCapacity(report, console.terminal))
  return report.exit.code
}

interface SearchOptions {
  readonly begun: Begun
  readonly aim: CapacityAim
  readonly subjects: Subjects
  readonly loaded: LoadedScenario
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  readonly flags: CapacityFlags
  readonly repeat: string
  readonly console: Console
  readonly signal: AbortSignal
}

async function search(options: SearchOptions): Promise<CapacityReport> {
  const { begun, aim, loaded, contents, flags, console, signal } = options
  const remarks = new Map<string, string>()
  const tried = (subject: Case, trial: CapacityTrial) => {
    remarks.set(trial.result.run.id, `        ${trialText(subject, trial, aim)}`)
  }
  const conductor = capacityConductor({ aim, digestOf: loaded.digestOf, tried })
  try {
    const end = await performShown({
      ...{ begun, contents, flags, console, signal, conductor },
      prepareArms: (guarded, until) => prepareOne(loaded.scenario.sut, begun.folder, guarded, until),
      needsConfirmation: () => false,
      endsEarly: () => false,
      remarkOn: ({ run }) => remarks.get(run.id) ?? '',
    })
    const report = reportOf(options, conductor, end)
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(report, flags, console)
    return report
  } finally {
    begun.journal.close()
  }
}

function reportOf(
  { begun, aim, subjects, loaded, flags, repeat }: SearchOptions,
  { searches, missingMs }: CapacityConductor,
  { results, interrupted, leaks, startedAt, wholeMs, stopped }: SessionEnd,
): CapacityReport {
  const references = new Set(subjects.references.values())
  const wantsAudit = loaded.scenario.slo.some(({ metric }) => metric.startsWith('audit.'))
  const exitOf = (cases: readonly CapacityCase[]) =>
    exitOfCapacity({ cases, results, interrupted, references, wantsAudit, leaks })
  const input = {
    ...{ aim, searches, interrupted, startedAt, wholeMs, leaks, repeat, references: subjects.references },
    id: begun.plan.id,
    seed: begun.plan.seed,
    cases: subjects.cases,
    peakPerSecond: flags.peak ?? null,
    missingMs: interrupted || stopped === 'deadline' ? missingMs() : null,
    environmentId: begun.environmentId,
    provenance: begun.provenance,
    files: { rows: begun.resultsFile, folder: begun.folder, html: join(begun.folder, 'report.html') },
  }
  return summarizeCapacity(input, exitOf)
}

function writeReports(report: CapacityReport, flags: CapacityFlags, { mask }: Console): void {
  for (const [name, text, copy] of [
    ['report.json', renderCapacityJson(report), flags.exportJson],
    ['report.md', renderCapacityMarkdown(report), flags.exportMarkdown],
    ['report.html', renderCapacityHtml(report, htmlAssets()), flags.exportHtml],
  ] as const) {
    const file = writeArtefact(report.files.folder, name, mask(text))
    if (copy !== undefined) copyFileSync(file, copy)
  }
}
