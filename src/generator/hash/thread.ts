import { parentPort } from 'node:worker_threads'
import { hicnOf } from '../../workload/fhir/hicn.ts'
import { hashHicn } from './pbkdf2.ts'
import { readPepper } from './pepper.ts'
import type { HashTask } from './timing.ts'

/* Hashes for a given time and tells how many; its first message says that it is ready. */
const pepper = readPepper(process.env) ?? new Uint8Array()
parentPort!.on('message', ({ iterations, leastMs, from }: HashTask & { from: number }) => {
  const untilMs = performance.now() + leastMs
  let hashes = 0
  do hashHicn(hicnOf(1, from + hashes++), pepper, iterations)
  while (performance.now() < untilMs)
  parentPort!.postMessage(hashes)
})
parentPort!.postMessage(0)
