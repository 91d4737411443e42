import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perform } from '../../src/experiment/perform.ts'
import { planExperiment } from '../../src/experiment/plan.ts'
import type { Arm, ExperimentPlan } from '../../src/model/experiment.ts'
import type { RunResult } from '../../src/model/result.ts'
import type { LoadedScenario } from '../../src/scenario/compile.ts'
import type { LoadContent } from '../../src/scenario/content.ts'
import { keptProvisioner } from './clone.ts'
import type { KeptTarget } from './keptTarget.ts'
import { type Setting, serviceTimeOf } from './setting.ts'

export interface ComparisonOptions {
  readonly setting: Setting
  readonly seed: number
  readonly loaded: LoadedScenario
  readonly contents: ReadonlyMap<string, readonly LoadContent[]>
  readonly target: KeptTarget
  readonly needsConfirmation: (plan: ExperimentPlan, results: readonly RunResult[]) => boolean
}

/** One comparison, planned and performed as `hl7bench compare` does. */
export async function performComparison(options: ComparisonOptions) {
  const { setting, seed, loaded, contents, target, needsConfirmation } = options
  const { cases, scenario } = loaded
  const plan = planExperiment({ id: `truth-${seed}`, cases, arms: ARMS, seed }, scenario.runs)
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-truth-'))
  try {
    const performed = await perform({
      plan,
      wanted: scenario.runs,
      finished: [],
      contents,
      armed: testCase => testCase,
      needsConfirmation: results => needsConfirmation(plan, results),
      provisioner: keptProvisioner(target, run => serviceTimeOf(setting, seed, run)),
      folder,
      hooks: () => ({ prepare: async () => {}, cleanup: async () => {} }),
      signal: new AbortController().signal,
      deadlineMs: null,
      endsEarly: () => false,
      observer: { planned() {}, started() {}, ticked() {}, finished: async () => {} },
    })
    return { plan, ...performed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ARMS: readonly Arm[] = (['baseline', 'candidate'] as const).map(name => ({
  name,
  label: name,
  branch: null,
  commit: null,
  version: null,
  checkout: null,
}))
