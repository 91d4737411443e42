import type { CapacityAim, CapacityTrial } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import { formatMs, formatNumber, plural } from '../format.ts'
import { networkNotes } from '../network.ts'
import { roughDuration } from '../progress.ts'
import { addedTexts, ceilingTexts, linkText, scalabilityTexts, tunnelsTexts } from './planning.ts'
import type { Bound, CapacityCase, CapacityReport } from './report.ts'
import { unitOf } from './unit.ts'

/** Ids of the cases that others are set against. */
export const referencesOf = ({ cases }: Pick<CapacityReport, 'cases'>): ReadonlySet<string> =>
  new Set(cases.flatMap(({ referenceId }) => referenceId ?? []))

const KINDS: Readonly<Record<CapacityCase['kind'], string | null>> = {
  found: '',
  'at least': 'at least ',
  'generator-bound': 'generator-bound, at least ',
  below: null,
  none: null,
}

/** `at least 812 msg/s [790, 840]`. */
export function lowerCell({ kind, lower }: CapacityCase, aim: CapacityAim): string {
  const words = KINDS[kind]
  if (words !== null) return `${words}${boundText(lower, aim)}`
  return kind === 'below' ? `below ${formatNumber(aim.leastLoad)} ${unitOf(aim)}` : 'not searched to an end'
}

/** The case that the sentence is about comes first: those that have a reference, and then the rest. */
export function answerOf(report: Omit<CapacityReport, 'answer'>): string {
  const referred = referencesOf(report)
  const told = report.cases.filter(({ id }) => !referred.has(id))
  return `${(told.length > 0 ? told : report.cases).map(each => `${each.id} ${capacityText(each, report)}`).join('; ')}.`
}

/** `carries 812 msg/s [790, 840] (6 clones)`. */
export function capacityText(
  { kind, lower, clones, irregular, searches }: CapacityCase,
  { aim }: Pick<CapacityReport, 'aim'>,
): string {
  const over = `(${plural(clones, 'clone')}${irregular > 0 ? `, ${irregular} of them irregular` : ''})`
  const load = boundText(lower, aim)
  if (kind === 'none') return `was not searched to an end on any clone${soFarText(searches, aim)}`
  if (kind === 'below')
    return `does not keep up with ${formatNumber(aim.leastLoad)} ${unitOf(aim)}, the least load tried ${over}`
  if (kind === 'at least') return `carries at least ${load} ${over}: raise --most`
  if (kind === 'generator-bound')
    return `carries at least ${load} ${over}: generator-bound, beyond it the generator was the limit`
  return `carries ${load} ${over}`
}

/** Of searches that are not at their end. */
function soFarText(searches: CapacityCase['searches'], aim: CapacityAim): string {
  const [lower, upper] = (['lower', 'upper'] as const).map(bound => searches.flatMap(each => each[bound] ?? []))
  const kept = lower!.length === 0 ? [] : [`keeps up with ${formatNumber(Math.max(...lower!))} ${unitOf(aim)}`]
  const not = upper!.length === 0 ? [] : [`not with ${formatNumber(Math.min(...upper!))}`]
  return kept.length + not.length === 0 ? '' : `; so far it ${[...kept, ...not].join(', ')}`
}

/** `812 msg/s [790, 840]`. */
export function boundText({ median, interval }: Bound, aim: Pick<CapacityAim, 'over'>): string {
  if (median === null) return 'unknown'
  const text = `${formatNumber(median)} ${unitOf(aim)}`
  if (interval === null) return text
  const [low, high] = [interval.lower, interval.upper].map(each => (each === null ? 'unknown' : formatNumber(each)))
  return `${text} [${low}, ${high}]`
}

/** The case with both bounds. */
export function caseText(testCase: CapacityCase, report: Pick<CapacityReport, 'aim'>): string {
  const beyond = testCase.upper.median === null ? '' : `; not kept up with: ${boundText(testCase.upper, report.aim)}`
  return `${capacityText(testCase, report)}${beyond}`
}

/** What a load had to meet to count as kept up with. */
export function aimText({ aim, slos }: CapacityReport): string {
  const slo = slos
    .filter(({ metric }) => metric.endsWith('.response.p99'))
    .map(({ metric, text }) => `${metric} ${text}`)
  return (
    `kept up with: at most ${formatNumber(100 * aim.lossRatio)} % lost, rejected, unknown or later than ${slo.join(', ')}, in trials of ` +
    `${formatMs(1000 * aim.trialSeconds)} (${formatMs(1000 * aim.sumSeconds)} for each load, exceed ratio ${aim.exceedRatio}), bounds within ${formatNumber(100 * aim.widthRatio)} %`
  )
}

/** All else about a case, a sentence each. */
export function caseNotes(testCase: CapacityCase, { peakPerSecond, aim }: CapacityReport): readonly string[] {
  const { atAnswer, bottleneck, headroom, price, searches, clones } = testCase
  const carried = atAnswer && [
    `at that load: ${formatNumber(atAnswer.messagesPerSecond)} msg/s, ${formatNumber(atAnswer.mbitPerSecondOut)} Mbit/s out and ${formatNumber(atAnswer.mbitPerSecondIn)} in (payload)`,
    ...(atAnswer.responseP99Ms === null ? [] : [`response p99 ${formatMs(atAnswer.responseP99Ms)}`]),
    ...atAnswer.gateways
      .slice(0, 4)
      .map(each => `${each.daemon} of ${each.host} ${(100 * each.cpuShare).toFixed(0)} % of a core`),
  ]
  return [
    ...(carried === null ? [] : [carried.join(', ')]),
    ...(atAnswer?.links ?? []).map(linkText),
    ...(atAnswer === null || atAnswer.isAudited
      ? []
      : ["no receiver's record: losses behind an acknowledgement were not looked for"]),
    ...(clones === 0
      ? []
      : [`bottleneck: ${bottleneck.what}${bottleneck.evidence === '' ? '' : `; ${bottleneck.evidence}`}`]),
    ...(headroom === null ? [] : [`planned peak ${formatNumber(peakPerSecond!)} msg/s: ${headroomText(headroom)}`]),
    ...(price === null ? [] : [priceText(price)]),
    ...addedTexts(testCase, aim),
    ...ceilingTexts(testCase),
    ...scalabilityTexts(testCase, aim),
    ...(clones === 0 || clones >= 6 ? [] : [`${plural(clones, 'clone')}: an interval needs 6`]),
    ...searches.flatMap(({ clone, ended, trials }) =>
      ended === 'failed' ? [`clone ${clone} failed: ${trials.at(-1)?.reasons.join('; ') ?? ''}`] : [],
    ),
    ...searches.flatMap(search => (aim.over === 'tunnels' || search.clones < 2 ? [] : [resumedText(search)])),
    ...tunnelsTexts(testCase),
    ...networkNotes(
      { ...(testCase.network && { network: { ...testCase.network, gateways: [] } }) },
      aim.over !== 'tunnels',
    ),
  ]
}

const resumedText = ({ clone, clones }: CapacityCase['searches'][number]): string =>
  `clone ${clone} was interrupted and searched on afresh: its trials are from ${clones} clones`

function headroomText(headroom: number): string {
  const percent = `${formatNumber(Math.abs(headroom - 1) * 100)} %`
  return headroom >= 1 ? `${percent} above it is left` : `${percent} short of it`
}

/** `0.62 [0.58, 0.66]`; empty where it is not known. */
export function priceCell({ price }: Pick<CapacityCase, 'price'>): string {
  if (price === null) return ''
  const { ratio, interval, isBounded } = price
  const bounds = interval === null ? '' : ` [${formatNumber(interval.lower)}, ${formatNumber(interval.upper)}]`
  return `${formatNumber(ratio)}${bounds}${isBounded ? ' (a bound)' : ''}`
}

function priceText({ referenceId, pairs, ratio, interval, isBounded }: NonNullable<CapacityCase['price']>): string {
  const bounds = interval === null ? '' : ` [${formatNumber(interval.lower)}, ${formatNumber(interval.upper)}]`
  const caveat = isBounded ? '; a capacity among them is only a lower bound' : ''
  return `price of the VPN: ${formatNumber(ratio)} times the capacity of ${referenceId}${bounds}, ${plural(pairs, 'clone')}${caveat}`
}

/** Why the search is not complete; null when it is. */
export function missingText({ missingMs }: CapacityReport): string | null {
  return missingMs === null
    ? null
    : `not complete: about ${roughDuration(missingMs)} more would complete it; hl7bench resume goes on where it was left`
}

/** One line of progress: `vpn at 512 msg/s for 4 s: kept up with`. */
export function trialText(
  { id }: Pick<Case, 'id'>,
  { load, seconds, lossRatio, isGeneratorBound }: CapacityTrial,
  aim: CapacityAim,
): string {
  const at = `${id} at ${formatNumber(load)} ${unitOf(aim)} for ${formatMs(1000 * seconds)}: `
  if (isGeneratorBound) return `${at}the generator is the limit`
  if (lossRatio === null) return `${at}does not count`
  return `${at}${lossRatio <= aim.lossRatio ? 'kept up with' : `${formatNumber(100 * lossRatio)} % lost or late`}`
}
