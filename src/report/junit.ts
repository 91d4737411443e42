import type { Announced } from './annotations.ts'
import type { ComparisonReport } from './comparison/comparison.ts'
import { changeText, verdictText } from './comparison/wording.ts'
import type { CaseReport, ExperimentReport } from './experiment.ts'
import { exclusions, sloStatement, validityLine } from './wording.ts'
import { modelRemark } from './workload.ts'

interface TestCase {
  readonly suite: string
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly text: string
}

/** JUnit XML of a run: one test for each SLO of each case, and one for its valid runs. */
export function renderJunit(report: ExperimentReport): string {
  return suite(
    report.name,
    report.wholeMs,
    report.cases.flatMap(each => sloCases(each, each.id)),
  )
}

/** JUnit XML of a comparison: one test for each metric, gated ones may fail, and the SLOs of the candidate. */
export function renderComparisonJunit(report: ComparisonReport): string {
  const tests = report.cases.flatMap(({ id, metrics, candidate }) => [
    ...metrics.map(
      (metric): TestCase => ({
        suite: id,
        name: `${metric.path} is not slower`,
        outcome: outcomeOf(metric.verdict, metric.gated),
        text: `${verdictText(metric)} ${changeText(metric)}${metric.remark === null ? '' : ` (${metric.remark})`}${modelRemark(metric, candidate.loads)}`,
      }),
    ),
    ...sloCases(candidate, `${id} candidate`),
  ])
  return suite(report.name, report.wholeMs, tests)
}

/** JUnit XML of a comparison that did not come about: one test, and it failed. */
export function renderNotComparedJunit({ name, answer, exit }: Announced): string {
  const text = `${answer} (exit ${exit.code}: ${exit.reason})`
  return suite(name, 0, [{ suite: name, name: 'is compared', outcome: 'failed', text }])
}

function outcomeOf(verdict: string, gated: boolean): TestCase['outcome'] {
  if (!gated || verdict === 'inconclusive') return 'skipped'
  return verdict === 'same' || verdict === 'faster' ? 'passed' : 'failed'
}

function sloCases(report: CaseReport, name: string): readonly TestCase[] {
  const { validity } = report
  return [
    ...report.slos.map(
      (slo): TestCase => ({
        suite: name,
        name: `${slo.metric} ${slo.slo.text}`,
        outcome: slo.verdict === 'met' ? 'passed' : 'failed',
        text: `${slo.verdict}: ${sloStatement(slo)}${modelRemark({ path: slo.metric, unit: slo.unit }, report.loads)}`,
      }),
    ),
    {
      suite: name,
      name: 'has valid runs',
      outcome: validity.valid > 0 ? 'passed' : 'failed',
      text: [validityLine(validity), ...exclusions(validity)].join('; '),
    },
  ]
}

function suite(name: string, wholeMs: number, tests: readonly TestCase[]): string {
  const count = (outcome: TestCase['outcome']) => tests.filter(test => test.outcome === outcome).length
  const lines = tests.flatMap(({ suite: className, name: testName, outcome, text }) => [
    `    <testcase classname="${escapeXml(className)}" name="${escapeXml(testName)}">`,
    ...(outcome === 'failed' ? [`      <failure message="${escapeXml(text)}"/>`] : []),
    ...(outcome === 'skipped' ? [`      <skipped message="${escapeXml(text)}"/>`] : []),
    ...(outcome === 'passed' ? [`      <system-out>${escapeXml(text)}</system-out>`] : []),
    '    </testcase>',
  ])
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="hl7bench ${escapeXml(name)}" tests="${tests.length}" failures="${count('failed')}" skipped="${count('skipped')}" errors="0" time="${(wholeMs / 1000).toFixed(3)}">`,
    ...lines,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

/** Characters that XML 1.0 cannot hold are left out. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(
      /[&<>"\n]/g,
      character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' })[character]!,
    )
}
