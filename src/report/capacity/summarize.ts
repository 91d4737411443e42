import type { CapacityAim, CapacitySearch } from '../../model/capacity.ts'
import type { Case } from '../../model/experiment.ts'
import { type CalibratedShare, calibratedShare } from '../calibration/share.ts'
import type { ExitReason } from '../experiment.ts'
import { networkReport } from '../network.ts'
import { addedOf } from './added.ts'
import { answerAt, fullResultsAtAnswer, resultsAt } from './atAnswer.ts'
import { bottleneckOf } from './bottleneck.ts'
import { boundOver, lowerBound } from './bound.ts'
import { isEnded } from './ended.ts'
import { headroomOf } from './headroom.ts'
import { priceOf } from './price.ts'
import type { CapacityCase, CapacityInput, CapacityReport, SearchReport } from './report.ts'
import { scalabilityOf } from './scalability.ts'
import { searchSlos, sloText, unmeasuredBy } from './slos.ts'
import { trialReport } from './trial.ts'
import { tunnelsOf } from './tunnels.ts'
import { answerOf } from './wording.ts'

/** Everything that the formats print, the exit apart. */
export function summarizeCapacity(
  input: CapacityInput,
  exitOf: (cases: readonly CapacityCase[]) => ExitReason,
): CapacityReport {
  const { plan, searches: _, interrupted: __, calibration: ___, ...rest } = input
  const { id, seed, cases } = plan
  const reports = cases.map(testCase => caseReport(input, testCase))
  const { scenario } = cases[0]!
  const notHeldTo = searchSlos(scenario.slo, aimOf(input)).raised.map(sloText)
  const known = { id, seed, aim: aimOf(input), name: scenario.name, slos: scenario.slo, notHeldTo }
  const report = { ...rest, ...known, cases: reports, exit: exitOf(reports) }
  return { ...report, answer: answerOf(report) }
}

function caseReport(input: CapacityInput, testCase: Case): CapacityCase {
  const aim = aimOf(input)
  const all = searchesOf(input, testCase.id)
  const ended = all.filter(isEnded)
  const { bound: lower, isExact } = lowerBound(ended, aim.over)
  const atAnswer = answerAt(ended, aim.load)
  const referenceId = input.plan.search!.references[testCase.id] ?? null
  const results = all.flatMap(({ trials }) => trials.map(({ result }) => result))
  const network = networkReport(results)
  const references = referenceId === null ? [] : searchesOf(input, referenceId)
  const headroom = headroomOf(aim, input.peakPerSecond, all)
  const calibrated = calibratedAt(input, testCase, ended)
  return {
    id: testCase.id,
    levels: testCase.levels,
    digest: testCase.digest,
    kind: kindOf(ended, isExact),
    lower,
    upper: boundOver(
      ended.map(search => search.upper),
      'above',
      aim.over,
    ),
    clones: ended.length,
    irregular: ended.filter(({ irregular }) => irregular).length,
    atAnswer,
    unmeasured: unmeasuredBy(testCase, aim, fullResultsAtAnswer(ended)),
    bottleneck: bottleneckOf(testCase, aim, ended, calibrated),
    headroom: headroom?.median ?? null,
    headroomShown: headroom?.shown ?? null,
    peakClones: headroom?.clones ?? null,
    referenceId,
    price: referenceId === null ? null : priceOf(referenceId, ended, references.filter(isEnded)),
    added: addedOf(aim, all, references),
    tunnels: tunnelsOf(results),
    scalability: scalabilityOf(aim, all),
    searches: all.map(search => searchReport(search, aim.load)),
    ...(calibrated && { calibrated }),
    ...(network && { network }),
  }
}

function calibratedAt(
  { calibration, plan }: CapacityInput,
  { scenario }: Case,
  ended: readonly CapacitySearch[],
): CalibratedShare | undefined {
  const name = plan.search!.aim.load
  const own = resultsAt(ended, 'lower').flatMap(({ loads }) => loads.filter(({ load }) => load === name))
  return calibratedShare(scenario.load.find(load => load.name === name)!, own, calibration)
}

const aimOf = ({ plan }: CapacityInput): CapacityAim => plan.search!.aim

const searchesOf = ({ searches }: CapacityInput, id: string): readonly CapacitySearch[] =>
  searches.filter(({ caseId }) => caseId === id)

/** The weaker statement first. */
function kindOf(searches: readonly CapacitySearch[], isExact: boolean): CapacityCase['kind'] {
  const unbounded = searches.filter(({ upper }) => upper === null)
  if (searches.length === 0) return 'none'
  if (2 * searches.filter(({ lower }) => lower === null).length >= searches.length) return 'below'
  if (isExact) return 'found'
  const bound = unbounded.filter(({ ended }) => ended === 'generator-bound')
  return 2 * bound.length >= unbounded.length ? 'generator-bound' : 'at least'
}

function searchReport({ clone, lower, upper, irregular, ended, trials }: CapacitySearch, load: string): SearchReport {
  return {
    ...{ clone: clone + 1, lower, upper, irregular, ended },
    clones: new Set(trials.flatMap(({ result }) => result.cloneId ?? [])).size,
    trials: trials.map(trial => trialReport(trial, load)),
  }
}
