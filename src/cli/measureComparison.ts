import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT } from '../experiment/exit.ts'
import type { SessionEnd } from '../experiment/session.ts'
import type { Arm } from '../model/experiment.ts'
import { isSuspected } from '../report/comparison/compare.ts'
import type { ComparisonInput, ComparisonReport } from '../report/comparison/comparison.ts'
import { renderComparisonMarkdown } from '../report/comparison/markdown.ts'
import { notCompared, renderNotComparedMarkdown } from '../report/comparison/notCompared.ts'
import { renderSpeedupTest } from '../report/comparison/speedup.ts'
import { renderComparisonHtml } from '../report/html/comparisonPage.ts'
import { renderComparisonJson } from '../report/json.ts'
import { renderComparisonJunit, renderNotComparedJunit } from '../report/junit.ts'
import { writeArtefact } from '../results/artefact.ts'
import { announce } from './announce.ts'
import type { Preparing } from './armsOf.ts'
import { type CompareFlags, settingsOf } from './compareOptions.ts'
import { endsEarly } from './endsEarly.ts'
import { exitCodeOf } from './errors.ts'
import { htmlAssets } from './htmlAssets.ts'
import { judgeComparison } from './judge.ts'
import { judgedPlan } from './judgedPlan.ts'
import type { MeasureOptions } from './measure.ts'
import { performShown } from './performShown.ts'

export interface MeasureComparisonOptions extends MeasureOptions {
  readonly flags: CompareFlags
  readonly prepare: Preparing
}

/** Performs a comparison and writes its reports. */
export async function measureComparison(options: MeasureComparisonOptions): Promise<ComparisonReport> {
  const { begun, flags, console, prepare } = options
  const settings = settingsOf(flags)
  try {
    const end = await performShown({
      ...options,
      prepareArms: prepare(begun.folder, text => console.err(`${text}\n`)),
      needsConfirmation: results => isSuspected(begun.plan, results, settings),
      endsEarly: result => endsEarly(flags, begun.plan, result),
    })
    const report = judgeComparison(inputOf(options, end), end.interrupted, flags.failOn)
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(begun.folder, report, flags, console)
    if (flags.method === 'speedup-test') console.err(renderSpeedupTest(inputOf(options, end)))
    announce(report, renderComparisonMarkdown(report), console)
    return report
  } catch (error) {
    if (exitCodeOf(error) === EXIT.provisionFailed) writeNotCompared(options, error as Error)
    throw error
  } finally {
    begun.journal.close()
  }
}

/** So that a build server does not show the report of the comparison before. */
function writeNotCompared({ begun, flags, console }: MeasureComparisonOptions, { message }: Error): void {
  const { plan, folder } = begun
  const [baseline, candidate] = plan.arms as [Arm, Arm]
  const why = { code: EXIT.provisionFailed, text: message }
  const told = notCompared(plan.cases[0]!.scenario.name, [baseline, candidate], why)
  const markdown = renderNotComparedMarkdown(told)
  writeCopied(folder, 'report.md', console.mask(markdown), flags.exportMarkdown)
  writeCopied(folder, 'report.xml', console.mask(renderNotComparedJunit(told)), flags.exportJunit)
  announce(told, markdown, console)
}

function inputOf({ begun, flags, repeat }: MeasureComparisonOptions, end: SessionEnd): ComparisonInput {
  const isCutShort = end.interrupted || end.stopped === 'deadline'
  const next = isCutShort
    ? `npx hl7bench resume ${begun.folder}`
    : `npx hl7bench report ${begun.folder} --format markdown`
  return {
    plan: { ...judgedPlan(begun.plan, flags), runs: end.runs },
    results: end.results,
    settings: settingsOf(flags),
    startedAt: end.startedAt,
    wholeMs: end.wholeMs,
    environmentId: begun.environmentId,
    provenance: begun.provenance,
    files: { rows: begun.resultsFile, folder: begun.folder, html: join(begun.folder, 'report.html') },
    commands: { repeat, next },
    leaks: end.leaks,
  }
}

function writeReports(
  folder: string,
  report: ComparisonReport,
  flags: CompareFlags,
  { mask }: MeasureOptions['console'],
): void {
  const files = [
    ['report.json', renderComparisonJson(report), flags.exportJson],
    ['report.md', renderComparisonMarkdown(report), flags.exportMarkdown],
    ['report.html', renderComparisonHtml(report, htmlAssets()), flags.exportHtml],
    ['report.xml', renderComparisonJunit(report), flags.exportJunit],
  ] as const
  for (const [name, text, copy] of files) writeCopied(folder, name, mask(text), copy)
}

function writeCopied(folder: string, name: string, text: string, copy: string | undefined): void {
  const file = writeArtefact(folder, name, text)
  if (copy !== undefined) copyFileSync(file, copy)
}
