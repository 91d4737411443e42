import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import {
  fixture,
  foundBySweep,
  leftovers,
  marked,
  needsProc,
  newExperimentId,
  type ScenarioParts,
  scenarioOf,
  sutCommand,
  temporaryFolder,
} from './support.ts'

function startController(parts: ScenarioParts, folder = temporaryFolder(), experimentId = newExperimentId()) {
  const scenario = JSON.stringify(scenarioOf(parts))
  const controller = spawn(process.execPath, [fixture('controller-process.ts'), folder, experimentId, scenario], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void controller.kill('SIGKILL'))
  const lines = createInterface({ input: controller.stdout })
  /** Resolves when it prints `stage` the next time. */
  const reached = (stage: string) => new Promise<void>(resolve => lines.on('line', line => line === stage && resolve()))
  return { folder, experimentId, controller, reached }
}

/** Kills a controller some time after it printed `stage`; nothing may be left of it. */
async function crash(parts: ScenarioParts, stage: string | null, laterMs: number): Promise<void> {
  const { folder, experimentId, controller, reached } = startController(parts)
  if (stage !== null) await reached(stage)
  await sleep(laterMs)
  expect(controller.exitCode).toBeNull()
  controller.kill('SIGKILL')
  await once(controller, 'exit')
  expect(await leftovers(experimentId)).toEqual([])
  expect(await foundBySweep(join(folder, 'state'))).toEqual({ swept: [], entries: [] })
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

test.skipIf(needsProc)(
  `what outlives a controller killed together with its guardian is swept${needsProc}`,
  async () => {
    const { folder, experimentId, controller, reached } = startController({ sut: { start: sutCommand('daemon') } })
    await reached('running')
    // Halted, neither can do what the other's end asks of it.
    controller.kill('SIGSTOP')
    process.kill(marked(experimentId, 'guardian')[0]!.pid, 'SIGKILL')
    controller.kill('SIGKILL')
    await once(controller, 'exit')
    expect(await leftovers(experimentId)).not.toEqual([])
    const { swept } = await foundBySweep(join(folder, 'state'))
    expect(swept).toMatchObject([{ experiment: experimentId }])
    expect(await leftovers(experimentId)).toEqual([])
    expect(await foundBySweep(join(folder, 'state'))).toEqual({ swept: [], entries: [] })
  },
)

test.skipIf(needsProc)(
  `a controller that is refused its journal leaves the one that has it alone${needsProc}`,
  async () => {
    const { folder, experimentId, reached } = startController({})
    await reached('running')
    const second = startController({}, folder, experimentId)
    await once(second.controller, 'exit')
    expect(second.controller.exitCode).toBe(1)
    await reached('running')
    const { swept, entries } = await foundBySweep(join(folder, 'state'))
    expect(swept).toMatchObject([{ experiment: experimentId, reason: expect.stringContaining('is running') }])
    expect(entries).toEqual([experimentId])
  },
)

test.skipIf(needsProc)(`a controller killed while it sets itself up leaves nothing${needsProc}`, async () => {
  for (const laterMs of [100, 180, 260, 340]) await crash({ sut: { start: sutCommand('family') } }, null, laterMs)
})
