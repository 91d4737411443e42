import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { entries } from '../../src/environment/entries.ts'
import { type Guarded, startGuarded } from '../../src/environment/guarded.ts'
import { isMarked } from '../../src/environment/mark.ts'
import { type ProcessEntry, readProcesses } from '../../src/environment/processTable.ts'
import { sweep } from '../../src/environment/sweep.ts'
import type { Case, PlannedRun } from '../../src/model/experiment.ts'
import type { EnvironmentSpec, Protocol, Scenario, Sut } from '../../src/model/scenario.ts'

export const fixture = (name: string) => join(import.meta.dirname, '..', 'fixtures', name)
export const fixtureEntries = {
  guardian: entries.guardian,
  target: fixture('target-process.ts'),
  generator: fixture('generator-process.ts'),
}
/** Marks can be read, and leftovers found, on Linux alone. */
export const needsProc = process.platform === 'linux' ? '' : ' (skipped: leftovers can be looked for in /proc only)'
export const never = new AbortController().signal

/** A folder that is removed at the end of the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hl7bench-environment-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

let experiments = 0
export const newExperimentId = () => `test-${process.pid}-${Date.now().toString(36)}-${++experiments}`

/** A guardian with a journal in a folder of its own, closed at the end of the test. */
export async function guardedForTest(): Promise<Guarded & { readonly folder: string }> {
  const folder = join(temporaryFolder(), 'state')
  const guarded = await startGuarded({ experimentId: newExperimentId(), kind: 'process', folder })
  onTestFinished(async () => void (await guarded.close()))
  return { ...guarded, folder }
}

export function marked(experimentId: string, id: string | null = null): ProcessEntry[] {
  return readProcesses().filter(entry => isMarked(entry.mark, experimentId, id))
}

/** Waits until nobody carries the mark, at most 3 s; the pids that still do. */
export async function leftovers(experimentId: string): Promise<number[]> {
  for (let wait = 0; wait < 60 && marked(experimentId).length > 0; wait++) await sleep(50)
  return marked(experimentId).map(({ pid }) => pid)
}

/** What a sweep of a state folder finds, and every entry of that folder: both empty when nothing is left. */
export async function foundBySweep(
  folder: string,
): Promise<{ readonly swept: readonly unknown[]; readonly entries: readonly string[] }> {
  const entries = existsSync(folder) ? readdirSync(folder) : []
  const { removed, kept, leaks } = await sweep({ folder })
  return { swept: [...removed, ...kept, ...leaks], entries }
}

export async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; wait < 200 && !condition(); wait++) await sleep(25)
  if (!condition()) throw new Error('it did not come true')
}

export interface ScenarioParts {
  readonly protocols?: readonly Protocol[]
  readonly sut?: Partial<Sut>
  readonly environment?: EnvironmentSpec
  readonly allowHosts?: readonly string[]
  readonly capability?: 'check' | 'ignore'
  readonly meanMs?: number
}

export function scenarioOf({
  protocols = ['mllp'],
  sut,
  environment,
  allowHosts,
  capability = 'ignore',
  meanMs = 0,
}: ScenarioParts): Scenario {
  const behaviour = { serviceTime: { distribution: 'constant', meanMs, cv: 0 }, faults: [] }
  return {
    name: 'test',
    environment: environment ?? { kind: 'process', parallel: 1 },
    load: protocols.map(protocol => ({
      ...{ protocol, name: protocol, tls: null, population: 10, populate: 'before' },
      ...{ operations: [], capability },
    })),
    allowHosts: allowHosts ?? [],
    sut: {
      start: null,
      env: {},
      cwd: import.meta.dirname,
      readyTimeoutMs: 15_000,
      fhirBasePath: '/fhir',
      downstream: null,
      builtin: { mllp: behaviour, fhir: behaviour },
      ...sut,
    },
  } as unknown as Scenario
}

export const sutCommand = (temper: string, rest = '') =>
  `exec "${process.execPath}" "${fixture('sut-process.ts')}" ${temper} ${rest}`

export const caseOf = (scenario: Scenario): Case => ({ id: 'test', scenario, levels: {}, digest: '' })
export const run: PlannedRun = {
  id: 'r0001',
  caseId: 'test',
  arm: 'only',
  stage: 1,
  block: 0,
  order: 0,
  execution: 1,
  seed: 1,
  key: '000000',
  replacement: 0,
}
