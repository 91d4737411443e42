import { type TestFunction, test } from 'vitest'

/**
 * A test that needs what not every machine has. Where it is missing the test is skipped and its name says why; where
 * HL7BENCH_CI_MUST_RUN is 1 it fails instead, so that a build server never passes by skipping.
 */
export function needs(isThere: boolean, what: string): (name: string, body: TestFunction, timeoutMs?: number) => void {
  if (isThere) return (name, body, timeoutMs) => test(name, { timeout: timeoutMs ?? 30_000 }, body)
  if (process.env.HL7BENCH_CI_MUST_RUN === '1') {
    return name =>
      test(name, () => {
        throw new Error(`this test must run here, and ${what} is missing: install it`)
      })
  }
  return (name, body) => test.skip(`${name} (skipped: needs ${what})`, body)
}
