import type { RunResult, Stage } from '../model/result.ts'

export type FaultOwner = Extract<RunResult, { state: 'failed' }>['fault']

/** The run cannot go on. `stage` and `fault` are what its row says; the message ends with the remedy. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
  readonly stage: Stage
  readonly fault: FaultOwner

  constructor(stage: Stage, fault: FaultOwner, message: string, options?: ErrorOptions) {
    super(message, options)
    this.stage = stage
    this.fault = fault
  }
}
