import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Endpoint } from '../../src/model/scenario.ts'

/** A receiver that stays up from run to run; only its service time changes. */
export interface KeptTarget {
  readonly endpoint: Endpoint
  /** Resolves once requests that arrive take so long, ms. */
  serve(meanMs: number): Promise<void>
  close(): void
}

export async function startKeptTarget(): Promise<KeptTarget> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'target.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  process.on('exit', () => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => (await lines.next()).value as string
  const endpoint = { host: '127.0.0.1', port: Number(await next()) }
  return {
    endpoint,
    async serve(meanMs) {
      child.stdin.write(`${meanMs}\n`)
      await next()
    },
    close: () => child.stdin.end(),
  }
}
