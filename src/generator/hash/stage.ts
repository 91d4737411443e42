import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { GeneratorPlan, HashStage } from '../../model/generator.ts'
import type { CompiledOperation, CompiledOperations } from '../../workload/fhir/compiled.ts'
import { createdSeedOf } from '../../workload/fhir/stream.ts'
import type { ClientStage } from '../stage.ts'
import { TimeCounts } from '../timeCounts.ts'
import type { HashedRecord } from './stageThread.ts'

/** Records hashed ahead of those wanted, for each connection: enough that none waits while hashing is the faster. */
const AHEAD = 4

const THREAD = new URL(`./stageThread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** The hashing of an initial load, on threads of its own. */
export interface HashingStage extends ClientStage {
  /** Hash of a record that is ready. */
  hashOf(record: number): string
  result(): HashStage
  close(): void
}

export type HashedPatients = Extract<CompiledOperation, { kind: 'hashedPatients' }>

/** The operation of a load that hashes, or null. */
export function hashedOperation(content: unknown): HashedPatients | null {
  const [operation] = (content as Partial<CompiledOperations>).operations ?? []
  return operation?.kind === 'hashedPatients' ? operation : null
}

/** Starts the threads of a load that hashes; null when it does not. They find the pepper in the environment. */
export async function startStage(plan: GeneratorPlan): Promise<HashingStage | null> {
  const operation = hashedOperation(plan.content)
  if (operation === null) return null
  const { iterations, records } = operation
  const threads = Math.min(records, operation.threads || availableParallelism())
  const workerData = { seed: createdSeedOf(plan), iterations }
  const workers = Array.from({ length: threads }, () => new Worker(THREAD, { workerData }))
  await Promise.all(workers.map(worker => new Promise(resolve => worker.once('online', resolve))))
  return hashing(workers, { iterations, records, ahead: AHEAD * plan.load.connections + threads })
}

interface Hashing {
  readonly iterations: number
  readonly records: number
  readonly ahead: number
}

function hashing(workers: readonly Worker[], { iterations, records, ahead }: Hashing): HashingStage {
  const hashes: (string | undefined)[] = []
  const isCreated = new Uint8Array(records)
  const idle: Worker[] = []
  const times = new TimeCounts()
  let [next, wanted, done, threadMs] = [0, 0, 0, 0]
  let ready: () => void = () => {}
  const dispatch = () => {
    while (idle.length > 0 && next < Math.min(records, wanted + ahead)) idle.pop()!.postMessage(next++)
  }
  for (const worker of workers) {
    worker.on('message', ({ record, hash, ms }: HashedRecord) => {
      hashes[record] = hash
      times.record(ms)
      threadMs += ms
      done++
      idle.push(worker)
      dispatch()
      ready()
    })
  }
  return {
    begin(onReady) {
      ready = onReady
      idle.push(...workers)
      dispatch()
    },
    isReady(index) {
      // A search that overtook its create would find nothing.
      if (index >= records) return isCreated[index - records] === 1
      if (index > wanted) {
        wanted = index
        dispatch()
      }
      return hashes[index] !== undefined
    },
    settled(index) {
      if (index >= records) return
      isCreated[index] = 1
      if (next === records) ready()
    },
    hashOf: record => hashes[record]!,
    result: () => ({
      iterations,
      threads: workers.length,
      records: done,
      threadMs,
      p50Ms: times.quantileMs(500),
      p99Ms: times.quantileMs(990),
    }),
    close() {
      for (const worker of workers) void worker.terminate()
    },
  }
}
