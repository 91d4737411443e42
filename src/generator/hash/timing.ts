import { Worker } from 'node:worker_threads'

export interface HashTask {
  readonly iterations: number
  /** Threads that hash at once. */
  readonly threads: number
  /** Least time, ms: every thread finishes the hash that it has begun, and hashes at least once. */
  readonly leastMs: number
}

export interface HashTiming extends HashTask {
  readonly hashes: number
  /** From the start of the first hash to the end of the last, ms. */
  readonly elapsedMs: number
  /** Thread-seconds per hash. */
  readonly secondsPerHash: number
}

const THREAD = new URL(`./thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** Hashing threads that are kept from task to task. */
export interface HashThreads {
  time(task: HashTask): Promise<HashTiming>
  close(): Promise<void>
}

/** Starts as many threads as a task may need. They find the pepper in the environment. */
export async function startThreads(count: number): Promise<HashThreads> {
  const workers = Array.from({ length: count }, () => new Worker(THREAD))
  await Promise.all(workers.map(worker => new Promise(resolve => worker.once('message', resolve))))
  return {
    async time(task) {
      const beganMs = performance.now()
      const counts = await Promise.all(
        workers.slice(0, task.threads).map((worker, index) => {
          const counted = new Promise<number>((resolve, reject) => {
            worker.once('message', resolve)
            worker.once('error', reject)
          })
          worker.postMessage({ ...task, from: index * 1_000_000 })
          return counted
        }),
      )
      const elapsedMs = performance.now() - beganMs
      const hashes = counts.reduce((sum, each) => sum + each, 0)
      return { ...task, hashes, elapsedMs, secondsPerHash: (task.threads * elapsedMs) / 1000 / hashes }
    },
    async close() {
      await Promise.all(workers.map(worker => worker.terminate()))
    },
  }
}
