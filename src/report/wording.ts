import { AUDIT_TERMS, type AuditTerm, type ReceiverAudit } from '../model/audit.ts'
import type { AuditSum, CaseReport, ExperimentReport, SloVerdict, Validity } from './experiment.ts'
import { kindOf } from './failure.ts'
import { formatCount, formatFigure, plural } from './format.ts'
import { validRuns } from './validity.ts'

const EXAMPLES = 5

/** `unknownArrived` -> `unknown-arrived`. */
export function termName(term: AuditTerm): string {
  return term.replace(/[A-Z]/, letter => `-${letter.toLowerCase()}`)
}

/** `planned 4,512 = once 4,512 + duplicated 0 + ...`; without a receiver's record, what the sender knows by itself. */
export function auditEquation(audit: AuditSum): string {
  if (audit.evidence === 'acknowledgements') {
    const known = Object.entries(audit.acknowledged).map(([name, count]) => `${name} ${formatCount(count)}`)
    return `planned ${formatCount(audit.planned)} = ${known.join(' + ')}`
  }
  const terms = AUDIT_TERMS.map(term => `${termName(term)} ${countOrUnknown(audit.terms[term])}`)
  return `planned ${formatCount(audit.planned)} = ${terms.join(' + ')}`
}

/** What the equation leaves open: runs, foreign arrivals, missing evidence, sums that do not add up. */
export function auditRemarks(audit: AuditSum): readonly string[] {
  return [
    `Summed over ${plural(audit.runs, 'valid run')}; foreign ${countOrUnknown(audit.foreign)}, repeats ${countOrUnknown(audit.repeats)}.`,
    ...(audit.evidence === 'receiver'
      ? []
      : ['The target keeps no record of arrivals: lost, duplicated and corrupted messages are not known.']),
    ...(audit.downstream ?? []).map(receiverLine),
    ...(audit.balanced
      ? []
      : ['The terms of a run do not add up to what was planned: a defect of hl7bench, please report it.']),
    ...Object.entries(audit.examples).map(
      ([term, identities]) =>
        `${termName(term as AuditTerm)}, for instance: ${identities.slice(0, EXAMPLES).join(' ')}`,
    ),
  ]
}

/** `lab: 120 arrivals declared, 2 missing ..`; what is as it should be is named too. */
function receiverLine({ name, declared, missing, extra, misrouted, foreign, altered }: ReceiverAudit): string {
  const counts = { missing, extra, misrouted, foreign, altered }
  const found = Object.entries(counts).map(([what, count]) =>
    count === null ? 'bodies not compared' : `${what} ${formatCount(count)}`,
  )
  return `Behind the SUT, ${name}: ${plural(declared, 'arrival')} declared; ${found.join(', ')}.`
}

/** `mllp.response.p99 < 250 ms: 14.2 ms`, without the verdict. */
export function sloStatement(verdict: SloVerdict): string {
  const { metric, unit, measured } = verdict
  const judged = measured === null ? '' : `: ${formatFigure(measured, unit)}`
  return `${metric} ${limitOf(verdict)}${judged}${sloRemark(verdict)}`
}

/** The limit as the user wrote it, with its operator. */
function limitOf({ slo }: SloVerdict): string {
  return slo.text.startsWith(slo.operator) ? slo.text : `${slo.operator} ${slo.text}`
}

function sloRemark({ reason, uncertain }: SloVerdict): string {
  if (reason !== null) return ` (${reason})`
  return uncertain ? ' (uncertain: the interval lies on both sides of the limit)' : ''
}

export function validityLine({ wanted, valid, invalid, failed, missing }: Validity): string {
  const others = [
    ...(invalid.length > 0 ? [`${invalid.length} invalid`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(missing > 0 ? [`${missing} not run`] : []),
  ]
  const besides = valid >= wanted && others.length > 0 ? '; besides ' : ', '
  return [validRuns(valid, wanted), others.join(', ')].filter(text => text !== '').join(besides)
}

/**
 * Excluded runs grouped by reason, most frequent first: `2 x generator starved of CPU (r0003, r0009)`. Reasons that differ in their figures alone are
 * one, told by its first. What a reason quotes follows on lines of its own.
 */
export function exclusions({ invalid, failed }: Validity): readonly string[] {
  const groups = new Map<string, { reasons: Set<string>; runs: Set<string> }>()
  const add = (reason: string, runId: string): void => {
    const kind = kindOf(reason)
    const group = groups.get(kind) ?? { reasons: new Set(), runs: new Set() }
    groups.set(kind, group)
    group.reasons.add(reason)
    group.runs.add(runId)
  }
  for (const { runId, reasons } of invalid) for (const reason of reasons) add(`invalid: ${reason}`, runId)
  for (const { runId, stage, error, fault } of failed) add(`failed by the ${fault} at ${stage}: ${error}`, runId)
  return [...groups.values()]
    .toSorted((a, b) => b.runs.size - a.runs.size)
    .map(({ reasons, runs }) => {
      const [first = ''] = reasons
      const alike = reasons.size > 1 ? ', or alike' : ''
      return `${runs.size} x ${first.replace(/$/m, `${alike} (${[...runs].join(', ')})`)}`
    })
}

/** One note for each metric with marked figures. */
export function markedNotes({ metrics }: CaseReport): readonly string[] {
  return metrics.flatMap(({ path, estimate }) =>
    estimate === null || estimate.marked === 0
      ? []
      : [
          `${path} is an upper bound in ${estimate.marked} of ${plural(estimate.n, 'run')}: the generator's own lag is a large part of it. Such a run may help to meet an SLO, not to miss one.`,
        ],
  )
}

/** Where things are and what to do next, as label and value. */
export function pointers({
  files,
  commands,
}: Pick<ExperimentReport, 'files' | 'commands'>): readonly (readonly [label: string, value: string])[] {
  const all: readonly (readonly [string, string | null])[] = [
    ['rows', files.rows],
    ['report', files.html],
    ['folder', files.folder],
    ['repeat', commands.repeat],
    ['next', commands.next],
  ]
  return all.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]))
}

/** What a report of a run and one of a comparison have in common. */
type Described = Pick<ExperimentReport, 'id' | 'startedAt' | 'environmentId' | 'provenance' | 'seed'>

/** Host, commit and harness in label and value. */
export function provenanceFacts(report: Described): readonly (readonly [label: string, value: string])[] {
  const { provenance, environmentId, startedAt, seed } = report
  const { host, harness } = provenance
  return [
    ['experiment', report.id],
    ['started', startedAt],
    ['environment', environmentId],
    ['branch', provenance.branch ?? 'unknown'],
    ['commit', provenance.commit ?? 'not in a git repository'],
    ['version', provenance.version ?? 'unknown'],
    ['seed', String(seed)],
    ['host', `${host.cpuModel}, ${plural(host.cores, 'core')}, ${(host.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    [
      'system',
      `${host.os}, kernel ${host.kernel}, ${host.arch}${host.virtualization === null ? '' : `, ${host.virtualization}`}`,
    ],
    ['node', host.node],
    ['hl7bench', harness.commit === null ? harness.version : `${harness.version} (${harness.commit})`],
  ]
}

function countOrUnknown(count: number | null): string {
  return count === null ? '?' : formatCount(count)
}
