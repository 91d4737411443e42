import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Begun } from '../experiment/begin.ts'
import { exitOf } from '../experiment/exit.ts'
import { performSession, type SessionEnd } from '../experiment/session.ts'
import type { RunningTarget } from '../model/environment.ts'
import type { RunResult } from '../model/result.ts'
import type { ExperimentReport, ReportInput } from '../report/experiment.ts'
import { renderHtml } from '../report/html/page.ts'
import { renderJson } from '../report/json.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { summarize } from '../report/summarize.ts'
import { renderTerminal } from '../report/terminal.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { LoadContent } from '../scenario/content.ts'
import type { Console } from './console.ts'
import { onInterrupt } from './interrupt.ts'
import { createProgress, silentProgress } from './progress.ts'
import type { RunFlags } from './runOptions.ts'
import { openStreams } from './streams.ts'

export interface MeasureOptions {
  readonly begun: Begun
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  readonly flags: RunFlags
  /** The command line that does the same again. */
  readonly repeat: string
  readonly console: Console
}

/** Performs an experiment, prints and writes its report. Returns the exit code. */
export async function measure(options: MeasureOptions): Promise<number> {
  const { begun, flags, console } = options
  const interrupt = onInterrupt(text => console.err(text))
  try {
    const end = await perform(options, interrupt.signal)
    const report = reportOf(options, end)
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(begun.folder, report, flags, console)
    print(report, flags, console)
    return report.exit.code
  } finally {
    interrupt.release()
    begun.journal.close()
  }
}

async function perform(options: MeasureOptions, signal: AbortSignal): Promise<SessionEnd> {
  const { begun, contents, flags, console } = options
  const { plan, finished } = begun
  const progress = flags.quiet ? silentProgress : createProgress(console, plan.runs.length, finished.length)
  const streams = openStreams(flags.out ?? [], console.mask)
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
      keep: flags.keepEnv ? target => keepUntil(target, signal, text => progress.note(text)) : null,
      mask: console.mask,
      signal,
      observer: {
        planned: runs => progress.planned(runs),
        started(run) {
          progress.started(run)
          streams.write({ type: 'started', run })
        },
        ticked(run, load, tick) {
          progress.ticked(run, load, tick)
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
    progress.end()
    streams.close()
  }
}

function endsEarly({ flags, begun }: MeasureOptions, result: RunResult): boolean {
  if (flags.abortOn?.includes('invalid') && result.state === 'invalid') return true
  if (!flags.abortOn?.includes('slo')) return false
  if (result.state === 'failed') return result.fault === 'target'
  const alone = summarize({ ...inputOf(begun, [result]), plan: { ...begun.plan, runs: [result.run] } })
  return alone.cases.some(({ slos }) => slos.some(({ verdict }) => verdict === 'missed'))
}

async function keepUntil(
  { mllp, fhir }: RunningTarget,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<void> {
  const addresses = [
    mllp && `mllp://${mllp.host}:${mllp.port}`,
    fhir && `http://${fhir.host}:${fhir.port}${fhir.basePath}`,
  ]
  tell(`kept: ${addresses.filter(Boolean).join(' ')}; interrupt (Ctrl-C) to release it\n`)
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

function reportOf({ begun, flags, repeat }: MeasureOptions, end: SessionEnd): ExperimentReport {
  const cases = flags.slo
    ? begun.plan.cases
    : begun.plan.cases.map(each => ({ ...each, scenario: { ...each.scenario, slo: [] } }))
  const input: ReportInput = {
    ...inputOf(begun, end.results),
    plan: { ...begun.plan, cases, runs: end.runs },
    startedAt: end.startedAt,
    wholeMs: end.wholeMs,
    commands: { repeat, next: nextCommand(begun, end) },
    leaks: end.leaks,
  }
  const slos = summarize(input).cases.flatMap(each => each.slos)
  const exit = exitOf({
    results: end.results,
    caseIds: begun.plan.cases.map(({ id }) => id),
    interrupted: end.interrupted,
    slosFailed: slos.filter(({ verdict }) => verdict !== 'met').length,
    slosDeclared: slos.length,
    leaks: end.leaks,
  })
  return summarize({ ...input, exit })
}

function nextCommand(begun: Begun, end: SessionEnd): string {
  if (end.interrupted || end.stopped === 'deadline') return `npx hl7bench resume ${begun.plan.id}`
  const { scenario } = begun.plan.cases[0]!
  return scenario.name === 'demo' ? 'npx hl7bench init' : `npx hl7bench report ${begun.plan.id} --format html`
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

function print(report: ExperimentReport, flags: RunFlags, console: Console): void {
  if (flags.json) console.out(renderJson(report))
  else console.out(renderTerminal(report, console.terminal))
}
