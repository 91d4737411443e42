import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { afterEach } from 'vitest'
import type { GeneratorProcess } from '../../src/model/environment.ts'
import type { GeneratorPlan } from '../../src/model/generator.ts'
import type { MllpLoad } from '../../src/model/scenario.ts'
import { compileMessages } from '../../src/workload/hl7/compiled.ts'

export const entry = resolve(import.meta.dirname, '..', '..', 'src', 'generator', 'main.ts')

/** Called after each test, in order. */
export const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A generator process from the sources, ended after the test. */
export function start(
  command = process.execPath,
  args: readonly string[] = [entry],
): GeneratorProcess & { child: ChildProcess } {
  const child = spawn(command, args, { stdio: 'pipe' })
  const exited = new Promise<{ code: number | null; signal: string | null }>(done =>
    child.on('exit', (code, signal) => done({ code, signal })),
  )
  closing.push(() => child.kill('SIGKILL'))
  return {
    child,
    pid: child.pid!,
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    exited,
    kill: () => child.kill('SIGKILL'),
  }
}

/** The plan of a small MLLP load. */
export function plan(
  port: number,
  overrides: Partial<MllpLoad> = {},
  rest: Partial<GeneratorPlan> = {},
): GeneratorPlan {
  const messages = {
    kind: 'mix',
    version: '2.5.1',
    mix: { 'ADT^A01': 1 },
    sizes: 'template',
    charset: 'ascii',
    population: 10,
    skew: 0,
  } as const
  const load: MllpLoad = {
    name: 'mllp',
    protocol: 'mllp',
    transport: 'mllp',
    path: '/',
    checksum: 'xor',
    acknowledgement: 'original',
    onRejected: 'drop',
    connections: 4,
    window: 1,
    generators: 1,
    workload: { kind: 'open', arrivals: 'constant', ratePerSecond: 200, records: null, maxOutstanding: 1000 },
    timeoutMs: 2000,
    onUnknown: 'drop',
    maxAttempts: 1,
    assumed: [],
    pacing: 'auto',
    tls: null,
    messages,
    ...overrides,
  }
  return {
    load,
    loadIndex: 0,
    index: 0,
    target: { host: '127.0.0.1', port },
    basePath: '',
    tls: null,
    phases: { warmupMs: 100, measureMs: 900, drainMs: 2000 },
    seed: 1,
    runKey: 'ABC123',
    epochMs: 0,
    gapMs: 1,
    content: compileMessages(messages),
    module: null,
    tickMs: 100,
    spinShare: 0.2,
    ...rest,
  }
}
