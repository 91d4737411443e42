import type {
  CalibratedPart,
  Calibration,
  EngineAgreement,
  Limit,
  ProtocolCalibration,
  Ratio,
} from '../../model/calibration.ts'
import type { Protocol } from '../../model/scenario.ts'
import { formatNumber, plural } from '../format.ts'
import { paragraph, type TerminalOptions } from '../terminal.ts'

const PROTOCOLS: readonly Protocol[] = ['mllp', 'fhir']

const LIMITS: Readonly<Record<Limit, string>> = {
  generator: 'the generator was the limit',
  receiver: 'the receiver was the limit: the generator can do more than that',
  both: 'both were at their limit',
  neither: 'neither had a CPU to itself: the machine, shared by both, was the limit',
  unknown: 'which of the two was the limit is not known: the CPU time of the receiver was not told',
}

/** The answer first; ends with a newline. */
export function renderCalibration(
  calibration: Calibration,
  notStored: readonly CalibratedPart[],
  file: string,
  options: TerminalOptions,
): string {
  const { style } = options
  const lines = [
    ...paragraph(`hl7bench: ${calibrationLine(calibration)}.`, options, style.bold),
    ...PROTOCOLS.flatMap(protocol => protocolLines(protocol, calibration[protocol], options)),
    ...(calibration.agreement === null ? [] : agreementLines(calibration.agreement, options)),
    '',
    ...paragraph(
      "One generator against one of the package's own targets, each a process of its own on this machine. A hint: whether a generator was the limit is told by each run.",
      options,
      style.dim,
    ),
    ...storedLines(calibration, notStored, file, options),
  ]
  return `${lines.join('\n')}\n`
}

const PARTS: Readonly<Record<CalibratedPart, string>> = {
  mllp: 'MLLP',
  fhir: 'FHIR',
  agreement: 'FHIR engine and autocannon',
}

function storedLines(
  calibration: Calibration,
  notStored: readonly CalibratedPart[],
  file: string,
  options: TerminalOptions,
): readonly string[] {
  const names = (parts: readonly CalibratedPart[]) => parts.map(part => PARTS[part]).join(', ')
  const poor = PROTOCOLS.filter(part => calibration[part]?.isDisturbed && !notStored.includes(part))
  const warn = (text: string) => paragraph(text, options, options.style.warning)
  return [
    ...(notStored.length === 0
      ? []
      : warn(
          `not stored: ${names(notStored)}, disturbed by what else ran here; what was measured undisturbed before stays. Calibrate again on a quiet machine`,
        )),
    ...(poor.length === 0
      ? []
      : warn(
          `stored as disturbed: ${names(poor)}, as there is nothing better. Calibrate again on a quiet machine, which replaces it`,
        )),
    `stored  ${file}`,
  ]
}

/** In one line, without a stop. */
export function calibrationLine(calibration: Calibration): string {
  const ceilings = PROTOCOLS.flatMap(protocol => {
    const found = calibration[protocol]
    if (found === null) return []
    const { closed, open, isDisturbed } = found
    const when = `${dayOf(found.at)}${isDisturbed ? ', disturbed' : ''}`
    const rate = open.ratePerSecond === null ? 'no open rate' : `open ${formatNumber(open.ratePerSecond)} /s`
    return `${protocol.toUpperCase()} closed ${formatNumber(closed.throughputPerSecond)} /s, ${rate} (${when})`
  })
  const { agreement } = calibration
  const engines =
    agreement === null ? [] : [`FHIR engine and autocannon: ${agreement.verdict} (${dayOf(agreement.at)})`]
  return [...ceilings, ...engines].join('; ')
}

const dayOf = (at: string) => at.slice(0, 10)

function protocolLines(
  protocol: Protocol,
  found: ProtocolCalibration | null,
  options: TerminalOptions,
): readonly string[] {
  if (found === null) return []
  const { closed, open } = found
  const { interval } = closed
  const n = closed.throughputs.length
  const bounds =
    interval === null
      ? `${plural(n, 'run')}, too few for an interval`
      : `95 % ${rangeText(interval)}, ${plural(n, 'run')}`
  const receiver = closed.receiverCpuShare === null ? 'not told' : percent(closed.receiverCpuShare)
  return [
    '',
    ...paragraph(protocol.toUpperCase(), options, options.style.bold),
    ...paragraph(
      `closed loop, ${closed.connections} connections: ${formatNumber(closed.throughputPerSecond)} /s [${bounds}], ${formatNumber(closed.cpuUsPerExchange)} us of CPU per exchange`,
      options,
    ),
    ...paragraph(
      `CPU of the generator ${percent(closed.generatorCpuShare)}, of the receiver ${receiver}: ${LIMITS[closed.limit]}`,
      options,
    ),
    ...paragraph(openText(open), options),
    ...(closed.disturbed + closed.failed === 0
      ? []
      : paragraph(
          `${closed.disturbed} of the runs were disturbed by what else ran here, ${closed.failed} failed: calibrate again on a quiet machine`,
          options,
          options.style.warning,
        )),
  ]
}

function openText({
  serviceMs,
  connections,
  ratePerSecond,
  beyondPerSecond,
  irregular,
  trials,
  disturbed,
  isWhole,
  reason,
}: ProtocolCalibration['open']): string {
  const kept = ratePerSecond === null ? 'no rate was kept' : `${formatNumber(ratePerSecond)} /s kept`
  const beyond = beyondPerSecond === null ? '' : `, ${formatNumber(beyondPerSecond)} /s not (${reason})`
  const again = disturbed === 0 ? '' : `, ${disturbed} more disturbed by other programs`
  const odd = irregular ? '; irregular: a higher rate was kept' : ''
  const busy = isWhole ? '' : `; the machine stayed busy (${reason}): calibrate again when it is quiet`
  return `constant rate, ${connections} connections, target ${serviceMs} ms: ${kept}${beyond}; ${plural(trials, 'trial')}${again}${odd}${busy}`
}

function agreementLines(agreement: EngineAgreement, options: TerminalOptions): readonly string[] {
  const { verdict, pairs, pairsWanted, discarded, margin, connections, serviceMs } = agreement
  const { style } = options
  const paint = { agree: style.good, differ: style.bad, inconclusive: style.warning, insufficient: style.warning }
  const words = {
    agree: `agree within ${percent(margin - 1)}`,
    differ: `differ by more than ${percent(margin - 1)}`,
    inconclusive: 'inconclusive: an interval reaches across the margin',
    insufficient: `no verdict: ${pairs} of ${pairsWanted} pairs count`,
  }
  return [
    '',
    ...paragraph('FHIR engine over autocannon', options, style.bold),
    ...paragraph(words[verdict], options, paint[verdict]),
    ...paragraph(
      `p50 of latency ${ratioText(agreement.latencyP50)}, throughput ${ratioText(agreement.throughput)}`,
      options,
    ),
    ...paragraph(
      `closed loop, ${connections} connections, target ${serviceMs} ms, ${plural(pairs, 'pair')} in random order, ${discarded} discarded`,
      options,
      style.dim,
    ),
  ]
}

function ratioText(ratio: Ratio | null): string {
  if (ratio === null) return 'not measured'
  const { estimate, interval } = ratio
  return `x ${estimate.toFixed(3)}${interval === null ? '' : ` [${interval.lower.toFixed(3)}, ${interval.upper.toFixed(3)}]`}`
}

const rangeText = ({ lower, upper }: { readonly lower: number; readonly upper: number }) =>
  `${formatNumber(lower)} to ${formatNumber(upper)}`

const percent = (share: number) => `${(share * 100).toFixed(0)} %`
