import type { CapacityAim, CapacityTrial } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import { formatFigure, formatMs, formatNumber, plural } from '../format.ts'
import { networkNotes } from '../network.ts'
import { roughDuration } from '../progress.ts'
import { passesWhole } from './atAnswer.ts'
import { endedAs, isMostlyOpen } from './ended.ts'
import type { Measured } from './measured.ts'
import { addedTexts, ceilingTexts, linkText, scalabilityTexts, tunnelsTexts } from './planning.ts'
import { headroomTexts, priceText } from './purchase.ts'
import type { Bound, CapacityCase, CapacityReport } from './report.ts'
import { searchSlos, sloText } from './slos.ts'
import { responseP99 } from './trial.ts'
import { loadText } from './unit.ts'

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
  return kind === 'below' ? `below ${loadText(aim.leastLoad, aim)}` : 'not searched to an end'
}

/** The case that the sentence is about comes first: those that have a reference, and then the rest. */
export function answerOf(report: Omit<CapacityReport, 'answer'>): string {
  const referred = referencesOf(report)
  const told = report.cases.filter(({ id }) => !referred.has(id))
  return `${(told.length > 0 ? told : report.cases).map(each => `${each.id} ${capacityText(each, report)}`).join('; ')}.`
}

/** `carries 812 msg/s [790, 840] (6 clones)`. */
export function capacityText(testCase: CapacityCase, { aim }: Pick<CapacityReport, 'aim'>): string {
  const { kind, lower, searches, atAnswer } = testCase
  const over = `(${clonesText(testCase)})${passedText(atAnswer, aim)}`
  const load = boundText(lower, aim)
  if (kind === 'none') return `was not searched to an end on any clone${soFarText(searches, aim)}`
  if (kind === 'below') return `does not keep up with ${loadText(aim.leastLoad, aim)}, the least load tried ${over}`
  if (kind === 'at least') return `carries at least ${load} ${over}${isMostlyOpen(testCase) ? ': raise --most' : ''}`
  if (kind === 'generator-bound')
    return `carries at least ${load} ${over}: generator-bound, beyond it the generator was the limit`
  return `carries ${load} ${over}`
}

/** `6 clones, 1 of them irregular, 2 of them open at --most`. */
function clonesText({ clones, irregular, searches }: CapacityCase): string {
  const [open, bound] = [endedAs(searches, 'open'), endedAs(searches, 'generator-bound')]
  return [
    plural(clones, 'clone'),
    ...(irregular > 0 ? [`${irregular} of them irregular`] : []),
    ...(open > 0 && open < clones ? [`${open} of them open at --most`] : []),
    ...(bound > 0 && bound < clones ? [`${bound} of them generator-bound`] : []),
  ].join(', ')
}

/** What got through of a load that did not wholly. */
function passedText(atAnswer: CapacityCase['atAnswer'], { over }: CapacityAim): string {
  if (atAnswer === null || passesWhole(atAnswer)) return ''
  const { offeredPerSecond, passedPerSecond } = atAnswer
  const offered = over === 'rate' ? 'of which' : `${formatNumber(offeredPerSecond)} msg/s, of which`
  return `, ${offered} ${formatNumber(passedPerSecond)} msg/s passed`
}

/** Of searches that are not at their end. */
function soFarText(searches: CapacityCase['searches'], aim: CapacityAim): string {
  const [lower, upper] = (['lower', 'upper'] as const).map(bound => searches.flatMap(each => each[bound] ?? []))
  const kept = lower!.length === 0 ? [] : [`keeps up with ${loadText(Math.max(...lower!), aim)}`]
  const not = upper!.length === 0 ? [] : [`not with ${formatNumber(Math.min(...upper!))}`]
  return kept.length + not.length === 0 ? '' : `; so far it ${[...kept, ...not].join(', ')}`
}

/** `812 msg/s [790, 840]`. */
export function boundText({ median, interval }: Bound, aim: Pick<CapacityAim, 'over'>): string {
  if (median === null) return 'unknown'
  const text = loadText(median, aim)
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
export function aimText({ aim, slos, notHeldTo }: CapacityReport): string {
  const { late, held } = searchSlos(slos, aim)
  const others = held.length === 0 ? '' : `, ${held.map(sloText).join(', ')}`
  return (
    `kept up with: at most ${formatNumber(100 * aim.lossRatio)} % lost, rejected, unknown or later than ${late.map(sloText).join(', ')}${others}, and a backlog that does not grow, in trials of ` +
    `${formatMs(1000 * aim.trialSeconds)} (${formatMs(1000 * aim.sumSeconds)} for each load, exceed ratio ${aim.exceedRatio}), bounds within ${formatNumber(100 * aim.widthRatio)} %` +
    (notHeldTo.length === 0 ? '' : `; not held to, as the search raises it itself: ${notHeldTo.join(', ')}`)
  )
}

/** All else about a case, a sentence each. */
export function caseNotes(testCase: CapacityCase, { peakPerSecond, aim }: CapacityReport): readonly string[] {
  const { atAnswer, bottleneck, price, searches, clones } = testCase
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
    ...missedTexts(testCase),
    ...testCase.unmeasured.map(text => `SLO not measured: ${text}`),
    ...(atAnswer === null || atAnswer.isAudited
      ? []
      : ["no receiver's record: losses behind an acknowledgement were not looked for"]),
    ...(clones === 0
      ? []
      : [`bottleneck: ${bottleneck.what}${bottleneck.evidence === '' ? '' : `; ${bottleneck.evidence}`}`]),
    ...headroomTexts(testCase, peakPerSecond, aim),
    ...(price === null ? [] : [priceText(price, aim)]),
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

/** `SLOs missed by trials: mllp.response.p50 < 1 ms (12), audit.duplicated = 0 (3)`. */
function missedTexts({ searches }: CapacityCase): readonly string[] {
  const missed = searches.flatMap(({ trials }) => trials.flatMap(trial => trial.missed))
  if (missed.length === 0) return []
  const counts = [...Map.groupBy(missed, slo => slo)].map(([slo, all]) => `${slo} (${all.length})`)
  return [`SLOs missed by trials: ${counts.join(', ')}`]
}

const resumedText = ({ clone, clones }: CapacityCase['searches'][number]): string =>
  `clone ${clone} was interrupted and searched on afresh: its trials are from ${clones} clones`

/** Why the search is not complete; null when it is. */
export function missingText({ missingMs }: CapacityReport): string | null {
  return missingMs === null
    ? null
    : `not complete: about ${roughDuration(missingMs)} more would complete it; hl7bench resume goes on where it was left`
}

/** What progress tells of a trial: `vpn at 512 msg/s for 4 s: kept up with (511 msg/s, p99 12 ms)`, or why not, or why it does not count. */
export function trialText({ id }: Pick<Case, 'id'>, trial: CapacityTrial, aim: CapacityAim): string {
  const { load, seconds, result, isKept } = trial
  const at = `${id} at ${loadText(load, aim)} for ${formatMs(1000 * seconds)}`
  if (result.state === 'failed')
    return `${at}: failed in ${result.stage}: ${result.error.replaceAll('\n', '\n        ')}`
  const told = `${at}: ${verdictOf(trial, aim)} (${figuresOf(result, aim.load)})`
  if (result.state === 'valid') return told
  const why = result.reasons.join('; ')
  return isKept ? `${told}, though the generator was limited: ${why}` : `${told}: ${why}`
}

function verdictOf(
  { lossRatio, seconds, isSustained, missed, isKept, isGeneratorBound }: CapacityTrial,
  aim: CapacityAim,
): string {
  if (isGeneratorBound) return 'the generator is the limit'
  if (lossRatio === null) return 'does not count, the generator was limited'
  if (isKept) return seconds < aim.trialSeconds ? 'in time so far' : 'kept up with'
  if (lossRatio > aim.lossRatio) return `not kept up with, ${formatNumber(100 * lossRatio)} % lost or late`
  return `not kept up with, ${isSustained ? `missed ${missed.join(', ')}` : 'its backlog grew'}`
}

/** Of the load that is raised. */
function figuresOf(result: Measured, name: string): string {
  const { throughputPerSecond } = result.loads.find(({ load }) => load === name)!
  const p99 = responseP99(result, name)
  const told = p99 === null ? [] : [`p99 ${formatFigure(p99, 'ms')}`]
  return [`${formatNumber(throughputPerSecond)} msg/s passed`, ...told].join(', ')
}
