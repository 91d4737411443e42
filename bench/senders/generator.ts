import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATOR_FLAGS } from '../../src/environment/generatorProcess.ts'
import { conduct } from '../../src/experiment/conduct.ts'
import type { GeneratorProcess } from '../../src/model/environment.ts'
import type { GeneratorPlan, GeneratorResult, Tick } from '../../src/model/generator.ts'
import type { TlsClientMaterial } from '../../src/model/tls.ts'
import type { Certificate } from '../certificate.ts'
import type { Content } from '../content.ts'
import type { Measurement, Sender, Task } from '../measurement.ts'
import { packageVersion } from '../packageVersion.ts'
import { CORES, type Processes } from '../processes.ts'

const ENTRY = join(import.meta.dirname, '../../src/generator/main.ts')
const DRAIN_MS = 1_000

/** hl7bench's own generator: the process that carries every run, driven by the protocol of the controller. */
/** @param certificate of the receiver, the only one that is trusted; null = no TLS */
export function generatorSender(
  processes: Processes,
  content: Content,
  certificate: Certificate | null = null,
): Sender {
  const tls = certificate === null ? null : trusting(readFileSync(certificate.certificateFile, 'utf8'))
  return {
    name: 'hl7bench',
    version: packageVersion('hl7bench'),
    async send(task) {
      return measurementOf(await runGenerator(processes, { ...planOf(content, task), tls }))
    },
  }
}

export interface RunOptions {
  /** Module that is run in place of the generator's own. */
  readonly entry?: string
  readonly env?: Readonly<Record<string, string>>
  readonly onTick?: (tick: Tick) => void
}

/** Runs a plan in a generator process of its own. @throws Error when it failed, or an exchange was not answered well */
export async function runGenerator(
  processes: Processes,
  plan: GeneratorPlan,
  options: RunOptions = {},
): Promise<GeneratorResult> {
  const result = await conductGenerator(processes, plan, options)
  const failures = failuresOf(result)
  if (failures > 0)
    throw new Error(`hl7bench: ${failures} exchanges were not answered well: ${JSON.stringify(result.reasons)}`)
  return result
}

export function failuresOf({ total: { accepted: _accepted, ...others } }: GeneratorResult): number {
  return Object.values(others).reduce((sum, count) => sum + count, 0)
}

/** Runs a plan in a generator process of its own, whatever becomes of its exchanges. @throws Error when it failed */
export async function conductGenerator(
  processes: Processes,
  plan: GeneratorPlan,
  { entry = ENTRY, env = {}, onTick = () => {} }: RunOptions = {},
): Promise<GeneratorResult> {
  const generator = startGenerator(processes, entry, env)
  try {
    const conducted = await conduct(generator, plan)
    return await conducted.measure(onTick)
  } catch (error) {
    // One that hangs does not heed the end of its input.
    generator.kill()
    throw error
  } finally {
    generator.input.end()
    await generator.exited
  }
}

function startGenerator(processes: Processes, entry: string, env: Readonly<Record<string, string>>): GeneratorProcess {
  const child = processes.start(CORES.sender, process.execPath, [...GENERATOR_FLAGS, entry], env)
  return {
    pid: child.pid!,
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    exited: new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal }))),
    kill: () => void child.kill('SIGKILL'),
  }
}

export function planOf(
  { load, compiled, identity }: Content,
  { port, connections, phases }: Pick<Task, 'port' | 'connections' | 'phases'>,
): GeneratorPlan {
  return {
    ...identity,
    load: { ...load, connections },
    index: 0,
    tls: null,
    target: { host: '127.0.0.1', port },
    phases: { ...phases, drainMs: DRAIN_MS },
    content: compiled,
    module: null,
    tickMs: 250,
    spinShare: 0,
  }
}

function trusting(ca: string): TlsClientMaterial {
  return { ca: [ca], cert: null, key: null, passphrase: null, minVersion: 'TLSv1.3', serverName: null, verify: true }
}

function measurementOf({ total, health, measuredMs, acceptedInPhase }: GeneratorResult): Measurement {
  return {
    exchanges: acceptedInPhase,
    measuredMs,
    cpuMs: health.cpuShare * measuredMs,
    starvedShare: health.starvedShare,
    answered: total.accepted,
  }
}
