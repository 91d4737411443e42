import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { processProvisioner } from '../../src/environment/process.ts'
import { performRun } from '../../src/experiment/run.ts'
import type { GatewayWatch, GeneratorProcess } from '../../src/model/environment.ts'
import type { Tick } from '../../src/model/generator.ts'
import type { RunResult } from '../../src/model/result.ts'
import { readContents } from '../../src/scenario/content.ts'
import { loadScenario } from '../../src/scenario/load.ts'
import { guardedForTest, never, run, temporaryFolder } from '../environment/support.ts'

export interface RealRun {
  /** Of a scenario of TypeScript: what `export default` gives. */
  readonly scenario: string
  /** What happens to the generator once it runs, before it is told its plan. */
  readonly spawned?: (generator: GeneratorProcess) => void
  /** Of the clone, which has none of its own. */
  readonly watchGateways?: () => GatewayWatch
  /** What happens to it during the run. */
  readonly ticked?: ((generator: GeneratorProcess, tick: Tick) => void) | undefined
}

/** One run as the command line performs it: target and generator are processes of their own in the process environment. */
export async function realRun({ scenario, spawned, watchGateways, ticked }: RealRun): Promise<RunResult> {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.ts')
  writeFileSync(file, scenario)
  const loaded = await loadScenario(file)
  const [testCase] = loaded.cases
  const guarded = await guardedForTest()
  const clone = await processProvisioner(guarded).provision(testCase!.scenario, {
    experimentId: guarded.experimentId,
    cloneId: 'c0001',
    signal: never,
  })
  let generator: GeneratorProcess | null = null
  return await performRun({
    run: { ...run, caseId: testCase!.id },
    testCase: testCase!,
    contents: (await readContents(loaded)).get(testCase!.id)!,
    clone: {
      ...clone,
      ...(watchGateways && { watchGateways }),
      async spawnGenerator(load) {
        generator = await clone.spawnGenerator(load)
        spawned?.(generator)
        return generator
      },
    },
    folder: join(folder, 'run'),
    hooks: { prepare: async () => {}, cleanup: async () => {} },
    signal: never,
    onTick: (_load, tick) => ticked?.(generator!, tick),
  })
}

/** Why a run does not count: empty for a valid one. A run that failed says how. */
export function whyNot(result: RunResult): readonly string[] {
  if (result.state === 'failed') return [`${result.stage}: ${result.error}`]
  return result.state === 'invalid' ? result.reasons : []
}

/** Processes that do nothing but use core `core`, ended with the test. */
export function crowd(core: number, processes: number): void {
  for (let i = 0; i < processes; i++) {
    const neighbour = spawn('taskset', ['-c', String(core), process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' })
    onTestFinished(() => void neighbour.kill('SIGKILL'))
  }
}

/** Holds a process, all its threads included, on one core. */
export function pin({ pid }: GeneratorProcess, core: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)])
}

/** Stops a process for a while, as if the machine had none of its CPUs to spare. */
export function stopFor({ pid }: GeneratorProcess, ms: number): void {
  process.kill(pid, 'SIGSTOP')
  setTimeout(() => {
    try {
      process.kill(pid, 'SIGCONT')
    } catch {
      // It ended meanwhile, with the test.
    }
  }, ms)
}

export const hasTool = (name: string): boolean => spawnSync(name, ['--version']).error === undefined
