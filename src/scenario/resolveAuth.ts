import type { AuthSettings } from '../model/auth.ts'
import { AUTH_DEFAULTS, type ParsedAuth } from './authSchema.ts'
import type { Place } from './finding.ts'
import { sourceOf } from './resolveTls.ts'

const LIFETIME_MS = 300_000

export function resolveAuth(parsed: ParsedAuth, place: Place): AuthSettings {
  const { tokenUrl, clientId, key, keyId, algorithm, scope, tokenLifetimeMs } = parsed === true ? AUTH_DEFAULTS : parsed
  return {
    tokenUrl: tokenUrl ?? null,
    clientId: clientId ?? 'hl7bench',
    key: key === undefined ? null : sourceOf(key, place),
    keyId: keyId ?? null,
    algorithm,
    scope,
    tokenLifetimeMs: tokenLifetimeMs ?? LIFETIME_MS,
  }
}
