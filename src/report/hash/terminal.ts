import { columns } from '../columns.ts'
import { formatCount, formatMs, formatNumber } from '../format.ts'
import { roughDuration } from '../progress.ts'
import { MARKS, paragraph, type TerminalOptions } from '../terminal.ts'
import type { HashAnswer, HashDemand } from './answer.ts'
import type { LoadFit } from './loadFit.ts'

export interface HashReport {
  readonly demand: HashDemand
  /** Cores of this machine, all hashing. */
  readonly cores: number
  readonly runs: number
  readonly pepper: 'given' | 'random'
  readonly places: Readonly<Record<'machine' | 'clone', HashAnswer | null>>
  /** The same question put to a load; null = none was named. */
  readonly load: LoadFit | null
  readonly stopped: 'complete' | 'deadline' | 'interrupted'
}

const coefficients = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 4, maximumSignificantDigits: 4 })

/** The answer first; ends with a newline. */
export function renderHash(report: HashReport, options: TerminalOptions): string {
  const { style } = options
  const lines = [
    ...paragraph(sentence(report), options, style.bold),
    ...Object.entries(report.places).flatMap(([place, answer]) => [
      '',
      ...placeLines(place, answer, report.cores, options),
    ]),
    ...(report.load === null ? [] : ['', ...loadLines(report.load, options)]),
    '',
    ...notes(report).flatMap(text => paragraph(text, options, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

/** The answer of the machine, by its upper bound. */
export function sentence({ demand, places }: HashReport): string {
  const what = `${formatCount(demand.records)} records in ${roughDuration(demand.budgetSeconds * 1000)} on ${demand.cores} cores`
  const answer = places.machine
  if (answer === null) return `hl7bench: too few runs to say what ${what} can bear.`
  if (answer.most === 'below')
    return `hl7bench: ${what} cannot bear even 1,000 iterations: allow more time, more cores or fewer records.`
  const ten = answer.mostWithTen
  const more =
    typeof ten === 'number'
      ? `; with ten times the machines ${formatCount(ten)}`
      : ten === 'above'
        ? '; with ten times the machines more than the ladder reaches'
        : ''
  if (answer.most === 'above')
    return `hl7bench: ${what} can bear more than ${formatCount(answer.rungs.at(-1)!.iterations)} iterations, the highest rung: add higher ones with --iterations.`
  return `hl7bench: ${what} can bear ${formatCount(answer.most)} PBKDF2 iterations${more}.`
}

/** @param cores all of them hashing: what they do in a second is theirs together, the time is that of one thread */
function placeLines(
  place: string,
  answer: HashAnswer | null,
  cores: number,
  options: TerminalOptions,
): readonly string[] {
  if (answer === null) return paragraph(`${place}: too few runs`, options)
  const { intercept, slope, r2, allowedSeconds, ruleOfCms } = answer
  return [
    ...paragraph(
      place === 'machine' ? 'this machine, all cores' : 'in a clone, all cores',
      options,
      options.style.bold,
    ),
    ...columns({
      head: ['iterations', 'thread time', 'a second', 'n'].map(options.style.dim),
      widths: [14, 14, 14, 6],
      aligns: ['right', 'right', 'right', 'right'],
      ellipsis: MARKS[options.glyphs].ellipsis,
      rows: answer.rungs.map(({ iterations, medianSeconds, n }) => [
        formatCount(iterations),
        formatMs(medianSeconds * 1000),
        formatNumber(cores / medianSeconds),
        String(n),
      ]),
    }),
    ...paragraph(
      `thread time per hash = ${interval(intercept)} us + ${interval(slope, 1000)} us per 1,000 iterations (95 % intervals, ${answer.n} runs, R2 ${r2.toFixed(4)}); one may take ${formatMs(allowedSeconds * 1000)}: ${mostText(answer.most)}, by the upper bound`,
      options,
    ),
    ...(ruleOfCms === null
      ? []
      : paragraph(`CMS's rule, from the rate at 1,000 alone: ${formatCount(ruleOfCms)}`, options, options.style.dim)),
  ]
}

function interval({ estimate, lower, upper }: HashAnswer['slope'], times = 1): string {
  const us = (seconds: number) => coefficients.format(seconds * 1e6 * times)
  return `${us(estimate)} [${us(lower)}, ${us(upper)}]`
}

const mostText = (most: HashAnswer['most']): string =>
  most === 'below' ? 'not even 1,000' : most === 'above' ? 'beyond the ladder' : `${formatCount(most)} iterations`

/** What a load says of the same question. */
export function loadLines({ title, answer, rungs }: LoadFit, options: TerminalOptions): readonly string[] {
  return [
    ...paragraph(`${title}: load time against iterations`, options, options.style.bold),
    ...columns({
      head: ['iterations', 'per record', 'hashing', 'n'].map(options.style.dim),
      widths: [14, 14, 14, 6],
      aligns: ['right', 'right', 'right', 'right'],
      ellipsis: MARKS[options.glyphs].ellipsis,
      rows: rungs.map(({ iterations, secondsPerRecord, hashShare, n }) => [
        formatCount(iterations),
        formatMs(secondsPerRecord * 1000),
        `${(hashShare * 100).toFixed(0)} %`,
        String(n),
      ]),
    }),
    ...(answer === null
      ? paragraph('too few runs or rungs for a line', options)
      : paragraph(lineText(answer), options)),
  ]
}

/** The fitted line of a load with its intervals. */
export const lineText = (answer: HashAnswer): string =>
  `time per record = ${interval(answer.intercept)} us + ${interval(answer.slope, 1000)} us per 1,000 iterations (95 % intervals, ${answer.n} runs, R2 ${answer.r2.toFixed(4)})`

function notes({ pepper, stopped, demand, cores, load }: HashReport): readonly string[] {
  return [
    ...(pepper === 'random'
      ? ['No HL7BENCH_SECRET_PEPPER is set: a random one was used and thrown away. The time does not depend on it.']
      : []),
    ...(demand.cores === cores ? [] : [`Measured on ${cores} cores, answered for ${demand.cores} of the same kind.`]),
    ...(load === null || load.answer === null
      ? []
      : [
          `In the load, whose connections and server take time too, ${formatCount(demand.records)} records in the budget on one such client: ${mostText(load.answer.most)}.`,
        ]),
    ...(stopped === 'complete' ? [] : [`Ended early (${stopped}): the figures are of the runs that finished.`]),
    'Both published hashes of CMS Blue Button were reproduced first.',
  ]
}
