import { EnvironmentError } from '../environment/error.ts'
import type { RunResult, Stage } from '../model/result.ts'

export type Fault = Extract<RunResult, { state: 'failed' }>['fault']

/** Why a run could not be measured: at which stage, and whose doing it was. */
export class RunFailure extends Error {
  readonly stage: Stage
  readonly fault: Fault

  constructor(stage: Stage, fault: Fault, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RunFailure'
    this.stage = stage
    this.fault = fault
  }
}

/** Any error as a failure of the stage that it came from. */
export function asFailure(error: unknown, stage: Stage, fault: Fault): RunFailure {
  if (error instanceof RunFailure) return error
  if (error instanceof EnvironmentError) return new RunFailure(error.stage, error.fault, error.message, error)
  return new RunFailure(stage, fault, error instanceof Error ? error.message : String(error), error)
}
