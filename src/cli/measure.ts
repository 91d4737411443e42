import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Begun } from '../experiment/begin.ts'
import { machineOf, readCalibration } from '../experiment/calibrate/store.ts'
import { prepareOne } from '../experiment/prepareOne.ts'
import type { SessionEnd } from '../experiment/session.ts'
import type { ExperimentReport, ReportInput } from '../report/experiment.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderJson } from '../report/json.ts'
import { renderJunit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { LoadContent } from '../scenario/content.ts'
import { announce } from './announce.ts'
import type { Console } from './console.ts'
import { endsEarly } from './endsEarly.ts'
import { experimentName } from './experimentFolder.ts'
import { htmlAssets } from './htmlAssets.ts'
import { judge } from './judge.ts'
import { judgedPlan } from './judgedPlan.ts'
import { performShown } from './performShown.ts'
import type { RunFlags } from './runOptions.ts'

export interface MeasureOptions {
  readonly begun: Begun
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  readonly flags: RunFlags
  /** The command line that does the same again. */
  readonly repeat: string
  readonly console: Console
  /** Ends the experiment in good order. */
  readonly signal: AbortSignal
}

/** Performs an experiment and writes its reports. */
export async function measure(options: MeasureOptions): Promise<ExperimentReport> {
  const { begun, flags, console } = options
  try {
    const end = await performShown({
      ...options,
      prepareArms: (guarded, until) => prepareOne(begun.plan.cases[0]!.scenario.sut, begun.folder, guarded, until),
      needsConfirmation: () => false,
      endsEarly: result => endsEarly(flags, begun.plan, result),
    })
    const report = reportOf(options, end, await nextCommand(begun, end))
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(begun.folder, report, flags, console)
    announce(report, renderMarkdown(report), console)
    return report
  } finally {
    begun.journal.close()
  }
}

function reportOf({ begun, flags, repeat }: MeasureOptions, end: SessionEnd, next: string): ExperimentReport {
  const { provenance, environmentId, resultsFile, folder } = begun
  const input: Omit<ReportInput, 'exit'> = {
    plan: { ...judgedPlan(begun.plan, flags), runs: end.runs },
    results: end.results,
    startedAt: end.startedAt,
    wholeMs: end.wholeMs,
    environmentId,
    provenance,
    calibration: readCalibration(machineOf(provenance)),
    files: { rows: resultsFile, folder, html: join(folder, 'report.html') },
    commands: { repeat, next },
    leaks: end.leaks,
  }
  return judge(input, end.interrupted)
}

async function nextCommand(begun: Begun, end: SessionEnd): Promise<string> {
  const experiment = await experimentName(begun)
  if (end.interrupted || end.stopped === 'deadline') return `npx hl7bench resume ${experiment}`
  const { scenario } = begun.plan.cases[0]!
  return scenario.name === 'demo' ? 'npx hl7bench init' : `npx hl7bench report ${experiment} --format markdown`
}

function writeReports(folder: string, report: ExperimentReport, flags: RunFlags, { mask }: Console): void {
  const files = [
    ['report.json', renderJson(report), flags.exportJson],
    ['report.md', renderMarkdown(report), flags.exportMarkdown],
    ['report.html', renderHtml(report, htmlAssets()), flags.exportHtml],
    ['report.xml', renderJunit(report), flags.exportJunit],
  ] as const
  for (const [name, text, copy] of files) {
    const file = writeArtefact(folder, name, mask(text))
    if (copy !== undefined) copyFileSync(file, copy)
  }
}
