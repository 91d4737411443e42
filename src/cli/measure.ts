import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Begun } from '../experiment/begin.ts'
import { performSession, type SessionEnd } from '../experiment/session.ts'
import type { RunningTarget } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import type { ExperimentReport, ReportInput } from '../report/experiment.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderJson } from '../report/json.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { summarize } from '../report/summarize.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { LoadContent } from '../scenario/content.ts'
import type { Console } from './console.ts'
import { experimentFolder } from './experimentFolder.ts'
import { judge } from './judge.ts'
import { createProgress, silentProgress } from './progress.ts'
import type { RunFlags } from './runOptions.ts'
import { openStreams, type Streams } from './streams.ts'

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
    const streams = openStreams(flags.out ?? [], console.mask)
    const end = await perform(options, streams).finally(() => streams.close())
    const report = reportOf(options, end, await nextCommand(begun, end))
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(begun.folder, report, flags, console)
    return report
  } finally {
    begun.journal.close()
  }
}

async function perform(options: MeasureOptions, streams: Streams): Promise<SessionEnd> {
  const { begun, contents, flags, console, signal } = options
  const { plan, finished } = begun
  const progress = flags.quiet ? silentProgress(console) : createProgress(console, plan.runs.length, finished.length)
  const onAbort = () => progress.note('interrupted: stopping in good order; interrupt again to stop at once\n')
  signal.addEventListener('abort', onAbort, { once: true })
  for (const warning of begun.warnings) progress.note(`warning: ${warning}\n`)
  try {
    return await performSession({
      begun,
      wanted: plan.cases[0]!.scenario.runs,
      contents,
      prepare: flags.prepare ?? null,
      cleanup: flags.cleanup ?? null,
      maxDurationMs: flags.maxDuration ?? null,
      endsEarly: result => endsEarly(options, result),
      keep: flags.keepEnv
        ? target => {
            progress.end()
            return keepUntil(target, signal, console)
          }
        : null,
      mask: console.mask,
      signal,
      observer: {
        planned: runs => progress.planned(runs),
        started(run) {
          progress.started(run)
          streams.write({ type: 'started', run })
        },
        ticked(run, load, tick) {
          progress.ticked(tick)
          streams.write({ type: 'tick', run: run.id, load: load.name, ...tick })
        },
        finished(result) {
          progress.finished(result)
          streams.write({ type: 'finished', result })
        },
        warned: text => progress.note(`warning: ${text}\n`),
      },
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
    progress.end()
  }
}

function endsEarly({ flags, begun }: MeasureOptions, result: RunResult): boolean {
  if (flags.abortOn?.includes('invalid') && result.state === 'invalid') return true
  if (!flags.abortOn?.includes('slo')) return false
  if (result.state === 'failed') return result.fault === 'target'
  const alone = summarize({ ...inputOf(begun, [result]), plan: { ...begun.plan, runs: [result.run] } })
  return alone.cases.some(({ slos }) => slos.some(({ verdict }) => verdict === 'missed'))
}

async function keepUntil({ mllp, fhir }: RunningTarget, signal: AbortSignal, { err }: Console): Promise<void> {
  const addresses = [
    mllp && `mllp://${mllp.host}:${mllp.port}`,
    fhir && `http://${fhir.host}:${fhir.port}${fhir.basePath}`,
  ]
  err(`kept: ${addresses.filter(Boolean).join(' ')}; interrupt (Ctrl-C) to release it\n`)
  const lasting = setInterval(() => {}, 60_000)
  if (!signal.aborted)
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  clearInterval(lasting)
}

function inputOf(begun: Begun, results: readonly RunResult[]): ReportInput {
  return {
    plan: begun.plan,
    results,
    startedAt: '',
    wholeMs: 0,
    environmentId: begun.environmentId,
    provenance: begun.provenance,
    files: { rows: begun.resultsFile, folder: begun.folder, html: join(begun.folder, 'report.html') },
    commands: { repeat: '', next: null },
    exit: { code: 0, reason: '' },
    leaks: [],
  }
}

function reportOf({ begun, flags, repeat }: MeasureOptions, end: SessionEnd, next: string): ExperimentReport {
  const cases = flags.slo
    ? begun.plan.cases
    : begun.plan.cases.map(each => ({ ...each, scenario: { ...each.scenario, slo: [] } }))
  const input: ReportInput = {
    ...inputOf(begun, end.results),
    plan: { ...begun.plan, cases, runs: end.runs },
    startedAt: end.startedAt,
    wholeMs: end.wholeMs,
    commands: { repeat, next },
    leaks: end.leaks,
  }
  return judge(input, end.interrupted)
}

async function nextCommand({ plan, folder }: Begun, end: SessionEnd): Promise<string> {
  // An id is enough where the results file is the default one.
  const isFound = await experimentFolder(plan.id, null).then(
    found => found === folder,
    () => false,
  )
  const experiment = isFound ? plan.id : folder
  if (end.interrupted || end.stopped === 'deadline') return `npx hl7bench resume ${experiment}`
  const { scenario } = plan.cases[0]!
  return scenario.name === 'demo' ? 'npx hl7bench init' : `npx hl7bench report ${experiment} --format markdown`
}

function writeReports(folder: string, report: ExperimentReport, flags: RunFlags, { mask }: Console): void {
  const copies = { 'report.json': flags.exportJson, 'report.md': flags.exportMarkdown, 'report.html': flags.exportHtml }
  const texts = {
    'report.json': renderJson(report),
    'report.md': renderMarkdown(report),
    'report.html': renderHtml(report),
  }
  for (const name of ['report.json', 'report.md', 'report.html'] as const) {
    const file = writeArtefact(folder, name, mask(texts[name]))
    const copy = copies[name]
    if (copy !== undefined) copyFileSync(file, copy)
  }
}
