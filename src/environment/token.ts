import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthMaterial } from '../model/auth.ts'
import { LEAST_BETWEEN_TOKENS_MS } from '../protocol/smart/bearer.ts'
import { fetchToken, tokenUrlOf } from '../protocol/smart/fetchToken.ts'
import { NO_TOKEN, TokenProblem } from '../protocol/smart/problem.ts'
import type { Guarded } from '../protocol/smart/tokenUrl.ts'
import { EnvironmentError } from './error.ts'

type Headers = Readonly<Record<string, string>>

/** The token by which readiness is asked: one for all attempts, as long as it is good. */
export interface KeptToken {
  /**
   * The header that the server demands, or why there is none yet. Tokens are asked for once a second at most: sooner, it waits.
   * Throws EnvironmentError where waiting does not help.
   */
  headers(signal: AbortSignal): Promise<Headers | string>
  /** The server does not take it. */
  drop(): void
}

export function keptToken(auth: AuthMaterial | null, server: Guarded, where: string): KeptToken {
  let kept: { readonly headers: Headers; readonly untilMs: number } | null = null
  let tokenUrl: string | null = null
  let askedMs = Number.NEGATIVE_INFINITY

  async function ask(from: AuthMaterial, signal: AbortSignal): Promise<Headers> {
    tokenUrl ??= await tokenUrlOf(from, server, signal)
    await sleep(Math.max(0, askedMs + LEAST_BETWEEN_TOKENS_MS - performance.now()), undefined, { signal })
    askedMs = performance.now()
    const { value, lifetimeMs } = await fetchToken(from, tokenUrl, server, signal)
    kept = { headers: { authorization: `Bearer ${value}` }, untilMs: askedMs + lifetimeMs }
    return kept.headers
  }

  return {
    async headers(signal) {
      if (auth === null) return {}
      if (kept !== null && performance.now() < kept.untilMs) return kept.headers
      try {
        return await ask(auth, signal)
      } catch (error) {
        if (!(error instanceof TokenProblem)) {
          if (signal.aborted) return `${where}: ${NO_TOKEN}: no answer; check that the token endpoint can be reached`
          throw error
        }
        if (error.isFinal) throw new EnvironmentError('start', 'target', `${where}: ${error.message}`)
        // Where nobody listens yet, nobody was asked.
        if (error.what === 'ECONNREFUSED') askedMs = Number.NEGATIVE_INFINITY
        return `${where}: ${error.message}`
      }
    },
    drop() {
      kept = null
    },
  }
}
