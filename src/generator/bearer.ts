import type { GeneratorPlan } from '../model/generator.ts'
import { Bearer } from '../protocol/smart/bearer.ts'

/** A deadline of replies may be far shorter than a token takes. */
const LONGEST_MS = 10_000

/** The access token of a generator's load, the first one fetched; null = it needs none. Throws TokenProblem. */
export async function beginBearer({ auth, target, basePath, tls }: GeneratorPlan): Promise<Bearer | null> {
  if (auth === undefined) return null
  return await Bearer.begin(auth, { ...target, basePath, tls }, AbortSignal.timeout(LONGEST_MS))
}
