import { createInterface } from 'node:readline'
import type { GeneratorProcess } from '../model/environment.ts'
import type { GeneratorLine, GeneratorPlan, GeneratorResult, Tick } from '../model/generator.ts'
import type { Stage } from '../model/result.ts'
import { RunFailure } from './failure.ts'

/** A generator process that was handed its plan and is connected. */
export interface ConductedGenerator {
  readonly connections: number
  /** Starts the load; resolves with the result. @throws RunFailure when the generator cannot go on. */
  measure(onTick: (tick: Tick) => void): Promise<GeneratorResult>
}

const LAST_LINES = 20
/** A generator ticks several times a second: one that says nothing for so long, beyond what it was told to wait for, hangs. */
const PATIENCE_MS = 30_000

/** Hands the plan over and waits until the generator is connected. @throws RunFailure */
export async function conduct(generator: GeneratorProcess, plan: GeneratorPlan): Promise<ConductedGenerator> {
  const lines = listen(generator)
  send(generator, plan)
  const first = await lines.next('connect', plan.load.timeoutMs + PATIENCE_MS)
  if (first.type !== 'ready') throw unexpected(first, 'connect')
  return {
    connections: first.connections,
    async measure(onTick) {
      send(generator, { type: 'start' })
      let stage: Stage = 'warmup'
      for (;;) {
        const line = await lines.next(stage, plan.tickMs + PATIENCE_MS)
        if (line.type === 'result') return line
        if (line.type !== 'tick') throw unexpected(line, stage)
        stage = line.phase
        onTick(line)
      }
    },
  }
}

function send(generator: GeneratorProcess, message: unknown): void {
  generator.input.write(`${JSON.stringify(message)}\n`)
}

function unexpected(line: GeneratorLine, stage: Stage): RunFailure {
  if (line.type !== 'error') return new RunFailure(stage, 'harness', `the generator printed "${line.type}" out of turn`)
  const fault = line.fault === 'target' ? 'target' : 'harness'
  return new RunFailure(line.stage, fault, line.message)
}

/** The generator's lines one at a time; its end is a failure that quotes what it printed last on standard error. */
function listen(generator: GeneratorProcess): { next(stage: Stage, patienceMs: number): Promise<GeneratorLine> } {
  const arrived: GeneratorLine[] = []
  const errors: string[] = []
  let ended: string | null = null
  let wake: () => void = () => {}
  createInterface({ input: generator.output }).on('line', line => {
    const parsed = parseLine(line)
    if (parsed === null) return
    arrived.push(parsed)
    wake()
  })
  createInterface({ input: generator.errors }).on('line', line => {
    errors.push(line)
    if (errors.length > LAST_LINES) errors.shift()
  })
  generator.input.on('error', () => {})
  void generator.exited.then(({ code, signal }) => {
    // What is still in the pipes comes first.
    setTimeout(() => {
      ended = `the generator ended with ${signal ?? `code ${code}`}${errors.length > 0 ? `:\n${errors.join('\n')}` : ''}`
      wake()
    }, 50)
  })
  return {
    async next(stage, patienceMs) {
      const timer = setTimeout(() => {
        ended ??= `the generator said nothing for ${patienceMs / 1000} s; look for a loop in code of the scenario`
        wake()
      }, patienceMs)
      while (arrived.length === 0 && ended === null) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      clearTimeout(timer)
      const line = arrived.shift()
      if (line === undefined) throw new RunFailure(stage, 'harness', ended ?? 'the generator ended')
      return line
    },
  }
}

/** null for what is no line of the protocol: one that was cut off when the generator was killed. */
function parseLine(line: string): GeneratorLine | null {
  try {
    return JSON.parse(line) as GeneratorLine
  } catch {
    return null
  }
}
