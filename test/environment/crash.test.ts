import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { replayAll } from '../../src/environment/replay.ts'
import { sweep } from '../../src/environment/sweep.ts'
import {
  fixture,
  leftovers,
  needsProc,
  newExperimentId,
  type ScenarioParts,
  scenarioOf,
  sutCommand,
  temporaryFolder,
} from './support.ts'

/** Kills a controller some time after it printed `stage`; nothing may be left of it. */
async function crash(parts: ScenarioParts, stage: string | null, laterMs: number): Promise<void> {
  const folder = temporaryFolder()
  const experimentId = newExperimentId()
  const scenario = JSON.stringify(scenarioOf(parts))
  const controller = spawn(process.execPath, [fixture('controller-process.ts'), folder, experimentId, scenario], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void controller.kill('SIGKILL'))
  const lines = createInterface({ input: controller.stdout })
  if (stage !== null) await new Promise<void>(resolve => lines.on('line', line => line === stage && resolve()))
  await sleep(laterMs)
  expect(controller.exitCode).toBeNull()
  controller.kill('SIGKILL')
  await once(controller, 'exit')
  expect(await leftovers(experimentId)).toEqual([])
  const { kept, leaks } = await sweep({ folder, experiment: experimentId })
  // Killed between making its folder and its first line in it, a controller cannot be told from one that is just beginning.
  const settled = kept.filter(({ reason }) => reason !== 'it is just being started')
  expect([settled, leaks]).toEqual([[], []])
  const journalled = replayAll(folder).filter(each => each.experiment === experimentId)
  expect(journalled).toHaveLength(kept.length)
}

const tempers: Record<string, ScenarioParts> = {
  'the built-in targets': { protocols: ['mllp', 'fhir'] },
  'a SUT with a daemon': { sut: { start: sutCommand('daemon') } },
  'a SUT that is deaf to SIGTERM': { sut: { start: sutCommand('deaf') } },
}

for (const [name, parts] of Object.entries(tempers)) {
  test.skipIf(needsProc)(`a controller killed at any moment leaves nothing of ${name}${needsProc}`, async () => {
    for (const stage of ['starting', 'running', 'stopping']) await crash(parts, stage, Math.random() * 120)
  })
}

test.skipIf(needsProc)(`a controller killed while it sets itself up leaves nothing${needsProc}`, async () => {
  for (const laterMs of [100, 180, 260, 340]) await crash({ sut: { start: sutCommand('family') } }, null, laterMs)
})
