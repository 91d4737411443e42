import { parentPort, workerData } from 'node:worker_threads'
import { hicnOf } from '../../workload/fhir/hicn.ts'
import { hashHicn } from './pbkdf2.ts'
import { readPepper } from './pepper.ts'

/** One record of an initial load, hashed. */
export interface HashedRecord {
  readonly record: number
  readonly hash: string
  /** Time that it took, ms. */
  readonly ms: number
}

/* Hashes the records that it is told, one at a time. */
const { seed, iterations } = workerData as { seed: number; iterations: number }
const pepper = readPepper(process.env) ?? new Uint8Array()
parentPort!.on('message', (record: number) => {
  const beganMs = performance.now()
  const hash = hashHicn(hicnOf(seed, record), pepper, iterations)
  parentPort!.postMessage({ record, hash, ms: performance.now() - beganMs } satisfies HashedRecord)
})
