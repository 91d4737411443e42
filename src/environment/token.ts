import type { AuthMaterial } from '../model/auth.ts'
import { fetchToken, tokenUrlOf } from '../protocol/smart/fetchToken.ts'
import { TokenProblem } from '../protocol/smart/problem.ts'
import type { Guarded } from '../protocol/smart/tokenUrl.ts'
import { EnvironmentError } from './error.ts'

/**
 * The header that a server demands, with a token of its own; or why there is none yet. Throws EnvironmentError where waiting does not
 * help.
 */
export async function bearerHeaders(
  auth: AuthMaterial | null,
  server: Guarded,
  where: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | string> {
  if (auth === null) return {}
  try {
    const tokenUrl = await tokenUrlOf(auth, server, signal)
    const { value } = await fetchToken(auth, tokenUrl, server, signal)
    return { authorization: `Bearer ${value}` }
  } catch (error) {
    if (!(error instanceof TokenProblem)) throw error
    if (error.isFinal) throw new EnvironmentError('start', 'target', `${where}: ${error.message}`)
    return `${where}: ${error.message}`
  }
}
