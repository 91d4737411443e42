import { mkdirSync, rmSync } from 'node:fs'
import { cpuTimeMs } from '../../environment/cpuTime.ts'
import { machineTimeMs } from '../../environment/machineTime.ts'
import type { Clone, Provisioner, RunningTarget } from '../../model/environment.ts'
import type { LoadResult, RunResult } from '../../model/result.ts'
import { planBlock } from '../plan.ts'
import { performRun } from '../run.ts'
import { runFolder } from '../runFolder.ts'
import type { CalibrationCase } from './cases.ts'

/** Where calibration runs are performed, one after the other, each in a clone of its own. */
export interface Bench {
  run(what: CalibrationCase): Promise<Measurement>
  /** What could not be removed. */
  readonly leaks: readonly string[]
}

export interface Measurement {
  readonly result: RunResult
  /** CPU seconds of the receiver per second of warm-up and measured phase; null = not told, or too short to tell. */
  readonly receiverCpuShare: number | null
  /** CPU seconds per second that went to other programs of the machine, or that its host took; null = not told, or too short to tell. */
  readonly othersCpuShare: number | null
}

export interface BenchOptions {
  readonly experimentId: string
  readonly provisioner: Provisioner
  /** Of the runs, which leave nothing in it. */
  readonly folder: string
  readonly seed: number
  readonly signal: AbortSignal
}

const ARM = { name: 'only', label: 'calibrate', branch: null, commit: null, version: null, checkout: null } as const

export function openBench({ experimentId, provisioner, folder, seed, signal }: BenchOptions): Bench {
  const leaks: string[] = []
  let runs = 0
  return {
    leaks,
    async run({ testCase, contents }) {
      const design = { id: experimentId, cases: [testCase], arms: [ARM], seed }
      const [run] = planBlock(design, { block: runs++, stage: 1, replacement: 0 })
      const ownFolder = runFolder(folder, run!)
      mkdirSync(ownFolder, { recursive: true })
      const context = { experimentId, cloneId: `c${String(runs).padStart(4, '0')}`, signal }
      const clone = await provisioner.provision(testCase.scenario, context)
      const meter = new ReceiverMeter()
      try {
        const result = await performRun({
          run: run!,
          testCase,
          contents,
          clone: metered(clone, meter),
          folder: ownFolder,
          hooks: { prepare: async () => {}, cleanup: async () => {} },
          signal,
          onTick: (_load, { phase }) => phase !== 'drain' && meter.read(),
        })
        return { result, ...meter.shares(generatorCpuShareOf(result)) }
      } finally {
        leaks.push(...(await clone.release()).leaks)
        rmSync(ownFolder, { recursive: true, force: true })
      }
    },
  }
}

/** The one load of a calibration run that ended. */
export const loadOf = ({ result }: Measurement): LoadResult | null =>
  result.state === 'failed' ? null : result.loads[0]!

function metered(clone: Clone, meter: ReceiverMeter): Clone {
  return {
    ...clone,
    async start(...args): Promise<RunningTarget> {
      const target = await clone.start(...args)
      meter.pids = target.pids ?? []
      return target
    },
  }
}

const generatorCpuShareOf = (result: RunResult): number | null =>
  result.state === 'failed' ? null : result.loads[0]!.generators[0]!.cpuShare

interface Reading {
  readonly atMs: number
  readonly receiverMs: number
  /** This process, which hears the generator. */
  readonly ownMs: number
  /** All of the machine, what its host took included. */
  readonly machineMs: number | null
}

/** CPU times of the receiver and of the machine, read at the ticks of the generator. */
class ReceiverMeter {
  pids: readonly number[] = []
  readonly #readings: Reading[] = []

  read(): void {
    const times = this.pids.map(cpuTimeMs)
    if (times.length === 0 || times.includes(null)) return
    const { user, system } = process.cpuUsage()
    this.#readings.push({
      atMs: performance.now(),
      receiverMs: times.reduce<number>((sum, ms) => sum + ms!, 0),
      ownMs: (user + system) / 1000,
      machineMs: machineTimeMs(),
    })
  }

  /** @param generator CPU seconds per second of the measured phase; null = not known */
  shares(generator: number | null): Pick<Measurement, 'receiverCpuShare' | 'othersCpuShare'> {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)]
    if (first === undefined || last === undefined || last.atMs - first.atMs < SHORTEST_READING_MS)
      return { receiverCpuShare: null, othersCpuShare: null }
    const elapsedMs = last.atMs - first.atMs
    const receiver = (last.receiverMs - first.receiverMs) / elapsedMs
    const own = (last.ownMs - first.ownMs) / elapsedMs
    if (generator === null || first.machineMs === null || last.machineMs === null)
      return { receiverCpuShare: receiver, othersCpuShare: null }
    const machine = (last.machineMs - first.machineMs) / elapsedMs
    return { receiverCpuShare: receiver, othersCpuShare: Math.max(0, machine - generator - receiver - own) }
  }
}

/** The system counts in steps of 10 ms. */
const SHORTEST_READING_MS = 200
