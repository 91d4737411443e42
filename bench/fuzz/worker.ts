import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { type Pushed, pushChunks } from './push.ts'
import { SUBJECTS } from './subjects.ts'

/** What the worker is told. */
export interface FuzzTask {
  readonly subject: string
  readonly seed: number
  /** First stream. */
  readonly from: number
  readonly chunks: number
  /** Told with every stream: its number, and the chunks before it. */
  readonly progress: SharedArrayBuffer
}

/** What it tells: memory in bytes, after half of the chunks and at the end, garbage collected. */
export interface FuzzResult extends Pushed {
  readonly heldEarly: number
  readonly heldLate: number
  readonly residentMost: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const { subject, seed, from, chunks, progress } = workerData as FuzzTask
const shared = new Float64Array(progress)
const heldNow = (): number => {
  // Array buffers are given back by a sweep of their own, which the next collection waits for.
  for (let i = 0; i < 3; i++) collect()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}

const first = pushChunks(SUBJECTS[subject]!, seed, from, chunks / 2, tell(0))
const heldEarly = heldNow()
let residentMost = process.memoryUsage().rss
const watch = tell(first.chunks)
const rest = pushChunks(SUBJECTS[subject]!, seed, first.next, chunks - first.chunks, (stream, done) => {
  watch(stream, done)
  if (stream % 4096 === 0) residentMost = Math.max(residentMost, process.memoryUsage().rss)
})
const result: FuzzResult = {
  next: rest.next,
  chunks: first.chunks + rest.chunks,
  bytes: first.bytes + rest.bytes,
  notes: first.notes + rest.notes,
  heldEarly,
  heldLate: heldNow(),
  residentMost,
}
parentPort!.postMessage(result)

function tell(before: number): (stream: number, chunks: number) => void {
  return (stream, done) => {
    shared[0] = stream
    shared[1] = before + done
  }
}
