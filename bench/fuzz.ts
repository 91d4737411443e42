import { Worker } from 'node:worker_threads'
import { SUBJECTS } from './fuzz/subjects.ts'
import type { FuzzResult, FuzzTask } from './fuzz/worker.ts'
import type { Options } from './options.ts'
import { tell } from './tell.ts'

const TICK_MS = 5_000
/** A stream that takes longer has hung its decoder: each has at most 128 KB. */
const LONGEST_STREAM_MS = 30_000
/** What may be held at the end beyond what was held after half of the chunks: buffers that connections share are filled by then. */
const MOST_GROWTH_BYTES = 8 * 1024 * 1024

/**
 * Pushes random chunks through every decoder: none may throw, hang, tell of bytes that are not there, tell something else when a stream is cut
 * elsewhere, or hold more and more memory. `--from` goes on where an earlier run was ended.
 */
export async function benchFuzz({ name, seed, chunks, from }: Options): Promise<object> {
  tell(
    `${chunks.toLocaleString('en')} chunks through each of ${Object.keys(SUBJECTS).join(', ')}; seed ${seed}, from stream ${from}`,
  )
  const decoders: Record<string, object> = {}
  for (const subject of Object.keys(SUBJECTS)) {
    const result = await fuzz(subject, seed, from, chunks)
    const growth = result.heldLate - result.heldEarly
    tell(
      `${subject}: ${result.chunks.toLocaleString('en')} chunks, nothing thrown; ${megabytes(growth)} MB more held at the end; go on with --from ${result.next}`,
    )
    if (growth > MOST_GROWTH_BYTES)
      throw new Error(`${subject}: ${megabytes(growth)} MB more held at the end; seed ${seed}`)
    decoders[subject] = { ...result, growthBytes: growth, isFlat: true }
  }
  return { bench: name, seed, from, chunks, mostGrowthBytes: MOST_GROWTH_BYTES, decoders }
}

/** In a thread of its own, so that a decoder that hangs can be named. */
function fuzz(subject: string, seed: number, from: number, chunks: number): Promise<FuzzResult> {
  const progress = new SharedArrayBuffer(16)
  const task: FuzzTask = { subject, seed, from, chunks, progress }
  const worker = new Worker(new URL('./fuzz/worker.ts', import.meta.url), { workerData: task })
  const shared = new Float64Array(progress)
  const { promise, resolve, reject } = Promise.withResolvers<FuzzResult>()
  let [stream, since] = [-1, Date.now()]
  const watch = setInterval(() => {
    tell(`${subject}: ${Math.floor(shared[1]!).toLocaleString('en')} chunks, at stream ${shared[0]}`)
    if (shared[0] !== stream) [stream, since] = [shared[0]!, Date.now()]
    else if (Date.now() - since > LONGEST_STREAM_MS)
      reject(new Error(`${subject}: hangs at stream ${stream}, seed ${seed}; again: --seed ${seed} --from ${stream}`))
  }, TICK_MS)
  worker.on('message', resolve)
  worker.on('error', error => reject(new Error(`${subject}, seed ${seed}: ${error.message}`, { cause: error })))
  return promise.finally(() => {
    clearInterval(watch)
    return worker.terminate()
  })
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
