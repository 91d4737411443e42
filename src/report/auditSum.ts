import { AUDIT_TERMS, type Audit, type AuditTerm, type ReceiverAudit } from '../model/audit.ts'
import type { RunResult } from '../model/result.ts'
import type { AuditSum } from './experiment.ts'

const MOST_EXAMPLES = 20

/** Adds the audits of the valid runs; null without a valid run. */
export function sumAudits(results: readonly RunResult[]): AuditSum | null {
  const audits = results.flatMap(result => (result.state === 'valid' ? [result.audit] : []))
  if (audits.length === 0) return null
  return {
    runs: audits.length,
    evidence: audits.every(audit => audit.evidence === 'receiver') ? 'receiver' : 'acknowledgements',
    planned: audits.reduce((sum, audit) => sum + audit.planned, 0),
    acknowledged: {
      accepted: audits.reduce((sum, audit) => sum + audit.acknowledged.accepted, 0),
      rejected: audits.reduce((sum, audit) => sum + audit.acknowledged.rejected, 0),
      unknown: audits.reduce((sum, audit) => sum + audit.acknowledged.unknown, 0),
      unsent: audits.reduce((sum, audit) => sum + audit.acknowledged.unsent, 0),
    },
    terms: Object.fromEntries(AUDIT_TERMS.map(term => [term, sumOf(audits, audit => audit.terms[term])])) as Record<
      AuditTerm,
      number | null
    >,
    foreign: sumOf(audits, audit => audit.foreign),
    repeats: sumOf(audits, audit => audit.repeats),
    balanced: audits.every(audit => audit.balanced),
    ...sumDownstream(audits),
    examples: mergeExamples(audits),
  }
}

function sumDownstream(audits: readonly Audit[]): Pick<AuditSum, 'downstream'> {
  const all = audits.flatMap(({ downstream }) => downstream ?? [])
  const names = [...new Set(all.map(({ name }) => name))]
  if (names.length === 0) return {}
  return { downstream: names.map(name => addReceivers(all.filter(each => each.name === name))) }
}

function addReceivers(all: readonly ReceiverAudit[]): ReceiverAudit {
  return all.reduce((sum, each) => ({
    name: sum.name,
    declared: sum.declared + each.declared,
    missing: sum.missing + each.missing,
    extra: sum.extra + each.extra,
    misrouted: sum.misrouted + each.misrouted,
    foreign: sum.foreign + each.foreign,
    altered: sum.altered === null || each.altered === null ? null : sum.altered + each.altered,
  }))
}

function sumOf(audits: readonly Audit[], count: (audit: Audit) => number | null): number | null {
  return audits.reduce<number | null>((sum, audit) => {
    const next = count(audit)
    return sum === null || next === null ? null : sum + next
  }, 0)
}

function mergeExamples(audits: readonly Audit[]): AuditSum['examples'] {
  const merged: Partial<Record<AuditTerm | 'foreign', readonly string[]>> = {}
  for (const term of [...AUDIT_TERMS, 'foreign'] as const) {
    const identities = audits.flatMap(audit => audit.examples[term] ?? []).slice(0, MOST_EXAMPLES)
    if (identities.length > 0) merged[term] = identities
  }
  return merged
}
