import type { Calibration } from '../model/calibration.ts'
import type { Case, ExperimentPlan } from '../model/experiment.ts'
import type { RunResult } from '../model/result.ts'
import type { Load } from '../model/scenario.ts'
import { answerOf, verdictOf } from './answer.ts'
import { sumAudits } from './auditSum.ts'
import { calibratedShare } from './calibration/share.ts'
import { responseCurve } from './curve.ts'
import { endToEndReport } from './endToEnd.ts'
import type { CaseReport, ExperimentReport, LoadReport, ReportInput } from './experiment.ts'
import { summarizeFeeds } from './feeds.ts'
import {
  ackErrorsOf,
  alarmsOf,
  countsOf,
  handshakesOf,
  reasonsOf,
  refusalsOf,
  toldOf,
  toleratedOf,
} from './findings.ts'
import { fitLoad } from './hash/loadFit.ts'
import { shownMetrics } from './metrics.ts'
import { networkReport } from './network.ts'
import { priceReport } from './price.ts'
import { typicalSeries } from './series.ts'
import { silenceOf } from './silence.ts'
import { judgeSlos } from './slo.ts'
import { validityOf } from './validity.ts'
import { describePhases, describeWorkload } from './workload.ts'

/** From an experiment's results to what every format prints. */
export function summarize(input: ReportInput): ExperimentReport {
  const { plan, results, calibration = null, ...rest } = input
  const scenario = plan.cases[0]?.scenario
  const name = scenario?.name ?? plan.id
  const cases = plan.cases.map(testCase => summarizeCase(testCase, plan, results, calibration))
  return {
    ...rest,
    id: plan.id,
    name,
    description: scenario?.description ?? null,
    answer: answerOf(name, cases),
    verdict: verdictOf(cases.flatMap(report => report.slos)),
    seed: plan.seed,
    cases,
    hash: fitLoad(plan.cases, results, null),
  }
}

export function summarizeCase(
  testCase: Case,
  plan: ExperimentPlan,
  all: readonly RunResult[],
  calibration: Calibration | null = null,
): CaseReport {
  const { scenario } = testCase
  const results = all.filter(result => result.run.caseId === testCase.id)
  const planned = plan.runs.filter(run => run.caseId === testCase.id)
  const audit = sumAudits(results)
  const network = networkReport(results)
  const price = priceReport(testCase, plan.cases, all)
  const told = toldOf(results)
  return {
    id: testCase.id,
    levels: testCase.levels,
    digest: testCase.digest,
    sut: scenario.sut.start ?? (scenario.environment.kind === 'attached' ? 'attached servers' : 'built-in targets'),
    phases: describePhases(scenario.phases),
    loads: scenario.load.map(load => summarizeLoad(load, results, calibration)),
    metrics: shownMetrics(scenario.load, results),
    slos: judgeSlos(scenario.slo, scenario.load, results, audit),
    audit,
    alarms: alarmsOf(results),
    reasons: reasonsOf(told),
    ackErrors: ackErrorsOf(told),
    refusals: refusalsOf(told),
    tolerated: toleratedOf(told),
    handshakes: handshakesOf(told),
    counts: countsOf(told),
    validity: validityOf(scenario.runs, planned, results),
    ...(network && { network }),
    ...(price && { price }),
  }
}

function summarizeLoad(load: Load, results: readonly RunResult[], calibration: Calibration | null): LoadReport {
  const valid = results.flatMap(result => (result.state === 'valid' ? result.loads : []))
  const endToEnd = endToEndReport(load.name, results)
  const own = valid.filter(result => result.load === load.name)
  const feeds = summarizeFeeds(own)
  const calibrated = calibratedShare(load, own, calibration)
  const silence = silenceOf(load, own)
  return {
    name: load.name,
    protocol: load.protocol,
    model: load.workload.kind,
    workload: describeWorkload(load),
    assumed: load.assumed,
    curve: responseCurve(own),
    series: typicalSeries(load.name, results),
    ...(feeds && { feeds }),
    ...(endToEnd && { endToEnd }),
    ...(calibrated && { calibrated }),
    ...(silence !== null && { silence }),
  }
}
