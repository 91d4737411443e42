import type { AuthSettings } from '../model/auth.ts'
import { AUTH_DEFAULTS, type ParsedAuth } from './authSchema.ts'
import type { Place } from './finding.ts'
import { resolveTls, sourceOf } from './resolveTls.ts'
import type { ParsedTls } from './tlsSchema.ts'

const LIFETIME_MS = 300_000

/** `tls`: settings of a load whose server speaks no TLS, so that they can only be for its token URL. */
export function resolveAuth(parsed: ParsedAuth, tls: ParsedTls | undefined, place: Place): AuthSettings {
  const { tokenUrl, clientId, key, keyId, algorithm, scope, tokenLifetimeMs } = parsed === true ? AUTH_DEFAULTS : parsed
  return {
    tokenUrl: tokenUrl ?? null,
    clientId: clientId ?? 'hl7bench',
    key: key === undefined ? null : sourceOf(key, place),
    keyId: keyId ?? null,
    algorithm,
    scope,
    tokenLifetimeMs: tokenLifetimeMs ?? LIFETIME_MS,
    tls: resolveTls(tls ?? false, place),
  }
}
