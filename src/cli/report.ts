import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { exitOf } from '../experiment/exit.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderJson } from '../report/json.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { summarize } from '../report/summarize.ts'
import { renderTerminal } from '../report/terminal.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { Console } from './console.ts'
import { experimentFolder, replay } from './resume.ts'

interface ReportFlags {
  readonly format: 'text' | 'json' | 'markdown' | 'html'
  readonly results?: string
}

export function addReport(program: Command, console: () => Console): void {
  program
    .command('report')
    .description("make the report of an experiment again, from its folder's journal")
    .argument('<experiment>', 'its id, or its folder')
    .addOption(
      new Option('-f, --format <format>', 'what to print')
        .choices(['text', 'json', 'markdown', 'html'])
        .default('text'),
    )
    .option('--results <file>', 'the CSV beside whose folder the experiment lies, when it is not the default')
    .action(async (experiment: string, flags: ReportFlags) => await report(experiment, flags, console()))
}

async function report(
  experiment: string,
  { format, results }: ReportFlags,
  { out, mask, terminal }: Console,
): Promise<void> {
  const folder = await experimentFolder(experiment, results ?? null)
  const { opening, finished } = await replay(folder)
  const { plan, provenance, environmentId, resultsFile, at } = opening
  const planned = new Set(plan.runs.map(({ id }) => id))
  const input = {
    plan: { ...plan, runs: [...plan.runs, ...finished.map(({ run }) => run).filter(({ id }) => !planned.has(id))] },
    results: finished,
    startedAt: at,
    wholeMs: finished.reduce((sum, { timings }) => sum + timings.wholeMs, 0),
    environmentId,
    provenance,
    files: { rows: resultsFile, folder, html: join(folder, 'report.html') },
    commands: { repeat: `npx hl7bench resume ${plan.id}`, next: null },
    exit: { code: 0, reason: '' },
    leaks: [],
  }
  const slos = summarize(input).cases.flatMap(each => each.slos)
  const exit = exitOf({
    results: finished,
    caseIds: plan.cases.map(({ id }) => id),
    interrupted: false,
    slosFailed: slos.filter(({ verdict }) => verdict !== 'met').length,
    slosDeclared: slos.length,
    leaks: [],
  })
  const whole = summarize({ ...input, exit })
  if (format === 'html') out(`${writeArtefact(folder, 'report.html', mask(renderHtml(whole)))}\n`)
  else if (format === 'text') out(renderTerminal(whole, terminal))
  else out(format === 'json' ? renderJson(whole) : renderMarkdown(whole))
}
