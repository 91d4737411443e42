import { createInterface } from 'node:readline'
import type { HashTask, HashTiming } from '../../generator/hash/timing.ts'
import type { GeneratorProcess } from '../../model/environment.ts'

/** A hashing process, spoken to by lines. */
export interface Hasher {
  readonly cores: number
  time(task: HashTask): Promise<HashTiming>
  close(): void
}

/** The hash cannot be computed as published, or its process ended. */
export class HashError extends Error {
  override readonly name = 'HashError'
}

/** @throws HashError */
export async function openHasher(spawned: GeneratorProcess): Promise<Hasher> {
  const lines = createInterface({ input: spawned.output })[Symbol.asyncIterator]()
  spawned.input.on('error', () => {})
  spawned.errors.resume()
  const next = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next()
    if (done === true)
      throw new HashError('the hashing process ended; see whether the machine is short of memory, and run it again')
    return JSON.parse(value) as Record<string, unknown>
  }
  const first = await next()
  if (typeof first.error === 'string')
    throw new HashError(`${first.error}: no figure would mean anything. Check this build of Node and its OpenSSL.`)
  return {
    cores: first.ready as number,
    async time(task) {
      spawned.input.write(`${JSON.stringify(task)}\n`)
      return (await next()) as unknown as HashTiming
    },
    close: () => spawned.kill(),
  }
}
