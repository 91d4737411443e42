import type { RunResult } from '../../model/result.ts'

/** No run of a part gave a figure. The message ends with the remedy. */
export class CalibrationError extends Error {
  override readonly name = 'CalibrationError'
  /** No target could be loaded at all. */
  readonly beforeLoad: boolean

  constructor(part: string, results: readonly RunResult[]) {
    const failed = results.filter(result => result.state === 'failed')
    const [first] = failed
    const why = first === undefined ? 'no run was valid' : `${first.stage}: ${first.error}`
    super(`${part} could not be calibrated, ${why}; run hl7bench doctor, and calibrate again when the machine is quiet`)
    this.beforeLoad = failed.length > 0 && failed.every(({ stage }) => BEFORE_LOAD.has(stage))
  }
}

const BEFORE_LOAD: ReadonlySet<string> = new Set(['provision', 'prepare', 'start', 'connect'])
