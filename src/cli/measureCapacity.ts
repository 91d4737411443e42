import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Begun } from '../experiment/begin.ts'
import { machineOf, readCalibration } from '../experiment/calibrate/store.ts'
import { type CapacityConductor, capacityConductor } from '../experiment/capacity/perform.ts'
import { prepareOne } from '../experiment/prepareOne.ts'
import type { SessionEnd } from '../experiment/session.ts'
import type { CapacityTrial } from '../model/capacity.ts'
import type { Case } from '../model/experiment.ts'
import { renderCapacityMarkdown } from '../report/capacity/markdown.ts'
import type { CapacityReport } from '../report/capacity/report.ts'
import { findingsOf } from '../report/capacity/slos.ts'
import { trialText } from '../report/capacity/wording.ts'
import { renderCapacityHtml } from '../report/html/capacityPage.ts'
import { renderCapacityJson } from '../report/json.ts'
import { writeArtefact } from '../results/artefact.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import type { CapacityFlags } from './capacityOptions.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { experimentName } from './experimentFolder.ts'
import { htmlAssets } from './htmlAssets.ts'
import { judgeCapacity } from './judge.ts'
import type { MeasureOptions } from './measure.ts'
import { performShown } from './performShown.ts'

export interface MeasureCapacityOptions extends MeasureOptions {
  readonly loaded: LoadedScenario
  readonly flags: CapacityFlags
}

/** Searches, from the trials on record on, and writes the reports. */
export async function measureCapacity(options: MeasureCapacityOptions): Promise<CapacityReport> {
  const { begun, loaded, flags, console } = options
  const { aim } = begun.plan.search!
  const texts = new Map<string, string>()
  const tried = (subject: Case, trial: CapacityTrial) => {
    texts.set(trial.result.run.id, trialText(subject, trial, aim))
  }
  try {
    const conductor = conductorOf(begun, loaded, tried)
    const end = await performShown({
      ...options,
      conductor,
      prepareArms: (guarded, until) => prepareOne(loaded.scenario.sut, begun.folder, guarded, until),
      needsConfirmation: () => false,
      endsEarly: () => false,
      textOn: ({ run }) => texts.get(run.id)!,
    })
    const report = await reportOf(options, conductor, end)
    begun.journal.append({ type: 'ended', exit: report.exit.code })
    writeReports(report, flags, console)
    return report
  } finally {
    begun.journal.close()
  }
}

function conductorOf(
  { plan, finished }: Begun,
  { digestOf }: LoadedScenario,
  tried: (subject: Case, trial: CapacityTrial) => void,
): CapacityConductor {
  try {
    return capacityConductor({ plan, finished, digestOf, findingsOf, tried, aim: plan.search!.aim })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(
      `cannot resume: ${error.message}, as this version of hl7bench searches; use the version that began it, or search anew`,
    )
  }
}

async function reportOf(
  { begun, flags, repeat }: MeasureCapacityOptions,
  { searches, missingMs }: CapacityConductor,
  { results, interrupted, leaks, startedAt, wholeMs, stopped }: SessionEnd,
): Promise<CapacityReport> {
  const { plan, provenance, environmentId, resultsFile, folder } = begun
  const isCutShort = interrupted || stopped === 'deadline'
  return judgeCapacity(
    {
      ...{ plan, provenance, environmentId, searches, interrupted, startedAt, wholeMs, leaks },
      peakPerSecond: flags.peak ?? null,
      missingMs: isCutShort ? missingMs() : null,
      files: { rows: resultsFile, folder, html: join(folder, 'report.html') },
      calibration: readCalibration(machineOf(provenance)),
      commands: { repeat, next: isCutShort ? `npx hl7bench resume ${await experimentName(begun)}` : null },
    },
    results,
  )
}

function writeReports(report: CapacityReport, flags: CapacityFlags, { mask }: Console): void {
  for (const [name, text, copy] of [
    ['report.json', renderCapacityJson(report), flags.exportJson],
    ['report.md', renderCapacityMarkdown(report), flags.exportMarkdown],
    ['report.html', renderCapacityHtml(report, htmlAssets()), flags.exportHtml],
  ] as const) {
    const file = writeArtefact(report.files.folder, name, mask(text))
    if (copy !== undefined) copyFileSync(file, copy)
  }
}
