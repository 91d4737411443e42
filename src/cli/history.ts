import { existsSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { EXIT } from '../experiment/exit.ts'
import { HistoryBook, type HistorySeries, type MetricKind } from '../report/history/book.ts'
import { changesOf, type HistoryChange } from '../report/history/changes.ts'
import { EXPORT_FORMATS, type ExportFormat, exportHistory } from '../report/history/exports.ts'
import { pointsOf } from '../report/history/medians.ts'
import { renderChanges, renderList, renderSeries, titleOf } from '../report/history/terminal.ts'
import { mergeRows } from '../results/merge.ts'
import { readRows } from '../results/read.ts'
import { closest } from '../scenario/closest.ts'
import { collect } from './collect.ts'
import { defaultFile } from './compareRows.ts'
import type { Console } from './console.ts'
import { date } from './date.ts'
import { UsageError } from './errors.ts'

interface HistoryFlags {
  readonly results?: readonly string[]
  readonly case?: string
  readonly branch?: string
  readonly environmentId?: string
  readonly since?: string
  readonly metric?: string
  readonly json?: boolean
  readonly failOn?: 'change'
  readonly into?: string
  readonly skipMalformed?: boolean
  readonly format: ExportFormat
  readonly output?: string
}

export function addHistory(program: Command, console: () => Console, exit: (code: number) => void): void {
  const history = program.command('history').description('what the rows of earlier experiments say')
  const command = (name: string, text: string) =>
    history
      .command(name)
      .description(text)
      .option('--results <file>', 'CSV to read (default: that of the repository; may be repeated)', collect)
  const filtered = (made: Command) =>
    made
      .option('--case <id>', 'only this test case')
      .option('--branch <name>', 'only rows of this branch')
      .option('--environment-id <name>', 'only rows of this environment')
      .option('--since <date>', 'only rows from this day on, 2026-11-01', date)
      .option('--json', 'print JSON on standard output')
  filtered(command('ls', 'every series: a test case, unchanged, in one environment')).action(
    async (flags: HistoryFlags) => await list(flags, console()),
  )
  filtered(command('show', 'the experiments of a series in time, with its change points'))
    .argument('<case>', 'test case')
    .option('--metric <path>', 'for instance mllp.response.p99 (default: the one that speaks for the series)')
    .action(async (testCase: string, flags: HistoryFlags) => await show({ ...flags, case: testCase }, console()))
  filtered(command('check', 'damaged lines, and lasting changes of any metric (E-divisive)'))
    .addOption(
      new Option('--fail-on <what>', 'exit 111 when the newest change made something slower').choices(['change']),
    )
    .action(async (flags: HistoryFlags) => exit(await check(flags, console())))
  filtered(command('export', 'the history for other tools'))
    .addOption(
      new Option('-f, --format <format>', 'of the newest experiment of each case; otava: of all')
        .choices(EXPORT_FORMATS)
        .default('bmf'),
    )
    .option('--metric <path>', 'only this metric')
    .option('--output <file>', 'where to (default: standard output)')
    .action(async (flags: HistoryFlags) => await exportTo(flags, console()))
  command('merge', 'add the rows of other files, for instance of build servers, without duplicates')
    .argument('<file...>', 'CSV files')
    .option('--into <file>', 'the CSV that they are added to (default: that of the repository)')
    .option('--skip-malformed', 'leave records out that are no rows, instead of refusing')
    .action(async (files: string[], flags: HistoryFlags) => exit(await merge(files, flags, console())))
}

async function list(flags: HistoryFlags, console: Console): Promise<void> {
  const series = await readSeries(flags, console, new HistoryBook(flags.json ? 'everything' : 'headlines'))
  if (flags.json) return console.out(json(series.map(each => seriesData(each))))
  console.out(renderList(series, console.terminal))
}

async function show(flags: HistoryFlags, console: Console): Promise<void> {
  const series = await readSeries(flags, console)
  if (series.length === 0) throw new UsageError(`no row of test case ${flags.case}; see hl7bench history ls`)
  const changes = changesOf(series)
  const own = (each: HistorySeries) => changes.filter(change => change.series === each)
  if (flags.json)
    return console.out(json(series.map(each => ({ ...seriesData(each), changes: own(each).map(changeData) }))))
  for (const each of series) console.out(renderSeries(each, metricOf(each, flags.metric), own(each), console.terminal))
}

function metricOf(series: HistorySeries, path: string | undefined): MetricKind {
  const found = path === undefined ? series.headline : series.metrics.find(metric => metric.path === path)
  if (found !== null && found !== undefined) return found
  const known = series.metrics.map(metric => metric.path).join(', ') || 'none'
  throw new UsageError(`${titleOf(series)} has no metric ${path ?? 'at all'}; it has ${known}`)
}

async function check(flags: HistoryFlags, console: Console): Promise<number> {
  const damaged: string[] = []
  const series = await readSeries(flags, console, new HistoryBook(), text => void damaged.push(text))
  const changes = changesOf(series)
  if (flags.json) console.out(json({ changes: changes.map(changeData), damaged }))
  else {
    for (const text of damaged) console.out(`${text}\n`)
    console.out(renderChanges(changes, console.terminal))
  }
  if (flags.failOn !== 'change') return EXIT.ok
  return series.some(each => newestIsSlower(each, changes)) ? EXIT.regression : EXIT.ok
}

/** Whether the last of a series' changes, of whichever metric, made something slower. */
function newestIsSlower(series: HistorySeries, changes: readonly HistoryChange[]): boolean {
  const own = changes.filter(change => change.series === series)
  const last = own.reduce((latest, { point }) => (point.experiment.at > latest ? point.experiment.at : latest), '')
  return own.some(({ point, isSlower }) => point.experiment.at === last && isSlower)
}

async function exportTo(flags: HistoryFlags, console: Console): Promise<void> {
  const series = await readSeries(flags, console)
  if (flags.metric !== undefined) checkMetric(series, flags.metric)
  const text = exportHistory(series, flags.format, flags.metric ?? null)
  if (flags.output === undefined) console.out(text)
  else writeFileSync(flags.output, console.mask(text))
}

/** @throws UsageError when no row has the metric */
function checkMetric(series: readonly HistorySeries[], path: string): void {
  const known = [...new Set(series.flatMap(({ metrics }) => metrics.map(metric => metric.path)))]
  if (known.includes(path)) return
  const near = closest(path, known)
  const remedy = near === null ? `the metrics here are ${known.join(', ') || 'none'}` : `did you mean ${near}?`
  throw new UsageError(`--metric ${path}: no row has it; ${remedy}`)
}

async function merge(
  files: readonly string[],
  { into, skipMalformed }: HistoryFlags,
  { out, err }: Console,
): Promise<number> {
  checkThere(files)
  const target = into ?? (await defaultFile({}))
  const { added, known, skipped, tornFile } = await mergeRows(target, files, skipMalformed ?? false)
  for (const { file, line, reason } of skipped) err(`${file}:${line}: ${reason}\n`)
  if (tornFile !== null) err(`warning: the last line of ${target} was torn by a crash; it was moved to ${tornFile}\n`)
  if (skipped.length > 0 && !skipMalformed)
    throw new UsageError(
      `nothing was merged: ${skipped.length} records are no rows; mend them, or leave them out with --skip-malformed`,
    )
  out(
    `${target}: ${added} rows added, ${known} there already${skipped.length > 0 ? `, ${skipped.length} records left out` : ''}\n`,
  )
  return EXIT.ok
}

/** @throws UsageError */
function checkThere(files: readonly string[]): void {
  const missing = files.filter(file => !existsSync(file))
  if (missing.length > 0) throw new UsageError(`${missing.join(', ')}: no such file; name CSV files of hl7bench`)
}

async function readSeries(
  flags: HistoryFlags,
  { err }: Console,
  book = new HistoryBook(),
  damaged: (text: string) => void = text => err(`warning: ${text}\n`),
): Promise<readonly HistorySeries[]> {
  checkThere(flags.results ?? [])
  for (const file of flags.results ?? [await defaultFile({})]) {
    for await (const row of readRows(file, ({ line, reason }) => damaged(`${file}:${line}: ${reason}`))) {
      if (flags.case !== undefined && row.testCaseId !== flags.case) continue
      if (flags.branch !== undefined && row.branch !== flags.branch) continue
      if (flags.environmentId !== undefined && row.environmentId !== flags.environmentId) continue
      if (flags.since !== undefined && row.timestamp < flags.since) continue
      book.add(row)
    }
  }
  return book.series()
}

const json = (value: unknown): string =>
  `${JSON.stringify({ schema: 'hl7bench.history/1', history: value }, null, 2)}\n`

function seriesData(series: HistorySeries) {
  const { testCase, environmentId, digest, experiments, metrics, headline } = series
  return {
    testCase,
    environmentId,
    digest,
    headline: headline?.path ?? null,
    experiments: experiments.map(({ values: _, ...experiment }) => experiment),
    metrics: metrics.map(metric => ({
      ...metric,
      points: pointsOf(series, metric.path).map(({ experiment, ...point }) => ({
        experiment: experiment.id,
        ...point,
      })),
    })),
  }
}

function changeData({ series, metric, point, ...change }: HistoryChange) {
  return {
    testCase: series.testCase,
    environmentId: series.environmentId,
    digest: series.digest,
    metric: metric.path,
    experiment: point.experiment.id,
    commit: point.experiment.commit,
    ...change,
  }
}
