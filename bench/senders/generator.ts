import { join } from 'node:path'
import { conduct } from '../../src/experiment/conduct.ts'
import type { GeneratorProcess } from '../../src/model/environment.ts'
import type { GeneratorPlan, GeneratorResult } from '../../src/model/generator.ts'
import type { Content } from '../content.ts'
import type { Measurement, Sender, Task } from '../measurement.ts'
import { packageVersion } from '../packageVersion.ts'
import { CORES, type Processes } from '../processes.ts'

const ENTRY = join(import.meta.dirname, '../../src/generator/main.ts')
const DRAIN_MS = 1_000

/** hl7bench's own generator: the process that carries every run, driven by the protocol of the controller. */
export function generatorSender(processes: Processes, content: Content): Sender {
  return {
    name: 'hl7bench',
    version: packageVersion('hl7bench'),
    async send(task) {
      const generator = startGenerator(processes)
      try {
        const conducted = await conduct(generator, planOf(content, task))
        return measurementOf(await conducted.measure(() => {}))
      } finally {
        generator.input.end()
        await generator.exited
      }
    },
  }
}

function startGenerator(processes: Processes): GeneratorProcess {
  const child = processes.start(CORES.sender, process.execPath, [ENTRY])
  return {
    pid: child.pid!,
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    exited: new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal }))),
    kill: () => void child.kill('SIGKILL'),
  }
}

function planOf({ load, compiled, identity }: Content, { port, connections, phases }: Task): GeneratorPlan {
  return {
    ...identity,
    load: { ...load, connections },
    index: 0,
    target: { host: '127.0.0.1', port },
    phases: { ...phases, drainMs: DRAIN_MS },
    content: compiled,
    module: null,
    tickMs: 250,
    spinShare: 0,
  }
}

function measurementOf(result: GeneratorResult): Measurement {
  const { total, health, measuredMs, acceptedInPhase } = result
  const { accepted, ...others } = total
  const failures = Object.values(others).reduce((sum, count) => sum + count, 0)
  if (failures > 0)
    throw new Error(`hl7bench: ${failures} exchanges were not answered well: ${JSON.stringify(result.reasons)}`)
  return {
    exchanges: acceptedInPhase,
    measuredMs,
    cpuMs: health.cpuShare * measuredMs,
    starvedShare: health.starvedShare,
    answered: accepted,
  }
}
