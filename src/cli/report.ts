import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { machineOf, readCalibration } from '../experiment/calibrate/store.ts'
import { renderCapacityMarkdown } from '../report/capacity/markdown.ts'
import { renderCapacity } from '../report/capacity/terminal.ts'
import { renderComparisonMarkdown } from '../report/comparison/markdown.ts'
import { renderComparison } from '../report/comparison/terminal.ts'
import { renderCapacityHtml } from '../report/html/capacityPage.ts'
import { renderComparisonHtml } from '../report/html/comparisonPage.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderCapacityJson, renderComparisonJson, renderJson } from '../report/json.ts'
import { renderComparisonJunit, renderJunit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderTerminal } from '../report/terminal.ts'
import { writeArtefact } from '../results/artefact.ts'
import { type CompareFlags, settingsOf } from './compareOptions.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { experimentFolder, replay } from './experimentFolder.ts'
import { htmlAssets } from './htmlAssets.ts'
import { readInvocation, repeatOf } from './invocation.ts'
import { judge, judgeComparison } from './judge.ts'
import { searchedAgain } from './searchedAgain.ts'

interface ReportFlags {
  readonly format: 'text' | 'json' | 'markdown' | 'html' | 'junit'
  readonly json?: boolean
  readonly results?: string
}

export function addReport(program: Command, console: () => Console): void {
  program
    .command('report')
    .description("make the report of an experiment again, from its folder's journal")
    .argument('<experiment>', 'its id, or its folder')
    .addOption(
      new Option('-f, --format <format>', 'what to print')
        .choices(['text', 'json', 'markdown', 'html', 'junit'])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--results <file>', 'the CSV beside whose folder the experiment lies, when it is not the default')
    .action(async (experiment: string, flags: ReportFlags) => await report(experiment, flags, console()))
}

type Formats = Record<Exclude<ReportFlags['format'], 'junit'>, () => string> & { readonly junit: (() => string) | null }

async function report(
  experiment: string,
  { format: named, json, results }: ReportFlags,
  { out, mask, terminal }: Console,
): Promise<void> {
  const format = json ? 'json' : named
  const folder = await experimentFolder(experiment, results ?? null)
  const { opening, finished, isCutShort } = await replay(folder)
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
    commands: {
      repeat: repeatOf(folder) ?? `npx hl7bench resume ${folder}`,
      next: isCutShort ? `npx hl7bench resume ${folder}` : null,
    },
    leaks: [],
  }
  if (plan.search !== undefined) {
    const searched = searchedAgain(opening, finished, folder, isCutShort)
    return print({
      html: () => renderCapacityHtml(searched, htmlAssets()),
      text: () => renderCapacity(searched, terminal),
      json: () => renderCapacityJson(searched),
      markdown: () => renderCapacityMarkdown(searched),
      junit: null,
    })
  }
  if (plan.arms.length > 1) {
    const flags = readInvocation(folder).flags as CompareFlags
    const compared = judgeComparison({ ...input, settings: settingsOf(flags) }, isCutShort, flags.failOn)
    return print({
      html: () => renderComparisonHtml(compared, htmlAssets()),
      text: () => renderComparison(compared, terminal),
      json: () => renderComparisonJson(compared),
      markdown: () => renderComparisonMarkdown(compared),
      junit: () => renderComparisonJunit(compared),
    })
  }
  const whole = judge({ ...input, calibration: readCalibration(machineOf(provenance)) }, isCutShort)
  print({
    html: () => renderHtml(whole, htmlAssets()),
    text: () => renderTerminal(whole, terminal),
    json: () => renderJson(whole),
    markdown: () => renderMarkdown(whole),
    junit: () => renderJunit(whole),
  })

  function print(formats: Formats): void {
    if (format === 'html') out(`${writeArtefact(folder, 'report.html', mask(formats.html()))}\n`)
    else if (formats[format] === null)
      throw new UsageError(
        `--format ${format}: a search for a capacity has no verdicts of that kind; ask for another format`,
      )
    else out(formats[format]())
  }
}
