import type { RunResult, Stage } from '../model/result.ts'

/** Exit codes are an API: the first that applies, in this order. */
export const EXIT = {
  interrupted: 105,
  badInput: 104,
  provisionFailed: 100,
  noValidResult: 113,
  regression: 111,
  sloMissed: 99,
  inconclusive: 112,
  teardownFailed: 101,
  leaked: 114,
  ok: 0,
  internal: 1,
} as const

export interface Outcome {
  readonly results: readonly RunResult[]
  readonly caseIds: readonly string[]
  readonly interrupted: boolean
  /** SLOs that were missed or could not be measured. */
  readonly slosFailed: number
  readonly slosDeclared: number
  /** Names of alarms that were raised. */
  readonly alarms: readonly string[]
  readonly leaks: readonly string[]
  /** Of a comparison; null = nothing was compared. */
  readonly comparison: ComparisonOutcome | null
}

export const FAIL_ON = ['regression', 'inconclusive', 'never'] as const

export interface ComparisonOutcome {
  readonly verdict: 'slower' | 'faster' | 'same' | 'inconclusive' | 'insufficient' | 'invalid'
  /** The verdict in one sentence. */
  readonly answer: string
  /** `inconclusive` includes a regression; `never`: whatever the verdict, the result itself fails nothing. */
  readonly failOn: (typeof FAIL_ON)[number]
}

export interface Exit {
  readonly code: number
  readonly reason: string
}

const BEFORE_LOAD: ReadonlySet<Stage> = new Set(['provision', 'prepare', 'start', 'connect'])

export function exitOf(outcome: Outcome): Exit {
  const { results, caseIds, interrupted, slosFailed, slosDeclared, alarms, leaks } = outcome
  const withoutValid = caseIds.filter(
    id => !results.some(result => result.state === 'valid' && result.run.caseId === id),
  )
  const failed = results.filter(result => result.state === 'failed')
  const failedByTarget = failed.filter(result => result.fault === 'target')
  if (interrupted) return { code: EXIT.interrupted, reason: 'interrupted; what had finished is kept' }
  if (withoutValid.length > 0) {
    const neverLoaded = failed.length > 0 && failed.every(result => BEFORE_LOAD.has(result.stage))
    const code = neverLoaded ? EXIT.provisionFailed : EXIT.noValidResult
    return {
      code,
      reason: neverLoaded
        ? `no target could be loaded: ${firstLine(failed[0]!.error)}`
        : `no valid run of ${withoutValid.join(', ')}`,
    }
  }
  const compared = exitOfComparison(outcome.comparison)
  if (compared !== null && compared.code !== EXIT.inconclusive) return compared
  if (slosFailed > 0)
    return { code: EXIT.sloMissed, reason: `${slosFailed} of ${counted(slosDeclared, 'SLO')} not met` }
  if (alarms.length > 0) return { code: EXIT.sloMissed, reason: `alarm: ${alarms.join(', ')}` }
  const mute = loadsWithoutAccepted(results)
  if (mute.length > 0) return { code: EXIT.sloMissed, reason: `nothing was accepted: ${mute.join(', ')}` }
  if (slosDeclared > 0 && failedByTarget.length > 0)
    return { code: EXIT.sloMissed, reason: `the target failed in ${counted(failedByTarget.length, 'run')}` }
  if (compared !== null) return compared
  if (failed.some(result => result.stage === 'cleanup'))
    return { code: EXIT.teardownFailed, reason: 'a cleanup failed' }
  if (leaks.length > 0)
    return { code: EXIT.leaked, reason: `${counted(leaks.length, 'resource')} could not be removed` }
  return {
    code: EXIT.ok,
    reason: slosDeclared > 0 ? allMet(slosDeclared) : outcome.comparison === null ? 'measured' : 'compared',
  }
}

/** Loads of which no valid run had a single message accepted, with their case: no figure of theirs is one of the target at work. */
function loadsWithoutAccepted(results: readonly RunResult[]): readonly string[] {
  const accepted = new Map<string, number>()
  for (const result of results) {
    if (result.state !== 'valid') continue
    for (const { load, total } of result.loads) {
      const name = `${load} of ${result.run.caseId}`
      accepted.set(name, (accepted.get(name) ?? 0) + total.accepted)
    }
  }
  return [...accepted].filter(([, count]) => count === 0).map(([name]) => name)
}

const allMet = (slos: number): string => (slos === 1 ? 'the SLO was met' : `all ${slos} SLOs met`)

/** `1 resource`, `2 resources`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function exitOfComparison(comparison: ComparisonOutcome | null): Exit | null {
  if (comparison === null) return null
  const { verdict, answer, failOn } = comparison
  if (verdict === 'insufficient' || verdict === 'invalid') return { code: EXIT.noValidResult, reason: answer }
  if (verdict === 'slower' && failOn !== 'never') return { code: EXIT.regression, reason: 'the candidate is slower' }
  if (verdict === 'inconclusive' && failOn === 'inconclusive')
    return { code: EXIT.inconclusive, reason: 'not settled, and --fail-on inconclusive was asked for' }
  return null
}

/** Without what it quotes below. */
function firstLine(text: string): string {
  return text.split('\n')[0]!.replace(/; it printed:$/, '')
}
