import { createPublicKey, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { makeKeys } from '../environment/builtinAuth.ts'
import { ASSERTION_ALGORITHMS, type AssertionAlgorithm, type TokenServerMaterial } from '../model/auth.ts'
import { misfit } from '../protocol/smart/key.ts'
import { UsageError } from './errors.ts'
import { positive } from './number.ts'

/** How a FHIR server that is served by hand demands access tokens. */
export interface ServeAuthFlags {
  readonly authMake?: string
  readonly authKey?: string
  readonly authClient: string
  readonly authAlgorithm: AssertionAlgorithm
  readonly authLifetime: number
}

export function addServeAuthOptions(command: Command): Command {
  return command
    .option(
      '--auth-make <folder>',
      'fhir: demand access tokens (SMART backend services); writes client-signing-key.pem there, for the client',
    )
    .option('--auth-key <file>', "fhir: demand access tokens; the client's public key: PEM, JWK or JWKS")
    .option('--auth-client <id>', 'by which the client is known', 'hl7bench')
    .addOption(
      new Option('--auth-algorithm <name>', 'how the client signs').choices(ASSERTION_ALGORITHMS).default('RS384'),
    )
    .option('--auth-lifetime <s>', 'how long a token is good', positive, 300)
}

/** null = no token is demanded. Throws UsageError for a key that is not fit for use. */
export function serveAuth(flags: ServeAuthFlags): TokenServerMaterial | null {
  const { authMake, authKey, authClient: clientId, authAlgorithm: algorithm, authLifetime } = flags
  if (authMake === undefined && authKey === undefined) return null
  if (authMake !== undefined && authKey !== undefined)
    throw new UsageError('--auth-make makes a key of its own: leave out --auth-key')
  const publicKey = authMake === undefined ? readKey(authKey!, algorithm) : madeIn(authMake, algorithm)
  return { clientId, publicKey, algorithm, tokenLifetimeMs: authLifetime * 1000 }
}

function madeIn(folder: string, algorithm: AssertionAlgorithm): string {
  const { publicKey, privateKey } = makeKeys(algorithm)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'client-signing-key.pem'), privateKey, { mode: 0o600 })
  return publicKey
}

function readKey(file: string, algorithm: AssertionAlgorithm): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--auth-key ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): name a file`)
  }
  const keys = publicKeysIn(text)
  const fit = keys.find(key => misfit(key, algorithm) === null)
  if (fit !== undefined) return fit.export({ type: 'spki', format: 'pem' }) as string
  throw new UsageError(
    keys.length === 0
      ? `--auth-key ${file} holds no public key: give PEM, a JWK or a JWKS`
      : `--auth-key ${file}: ${misfit(keys[0]!, algorithm)}; give another, or --auth-algorithm`,
  )
}

function publicKeysIn(text: string): KeyObject[] {
  try {
    if (!text.trimStart().startsWith('{')) return [createPublicKey(text)]
    const parsed = JSON.parse(text) as { keys?: Record<string, unknown>[] } & Record<string, unknown>
    return (parsed.keys ?? [parsed]).map(key => createPublicKey({ key, format: 'jwk' }))
  } catch {
    return []
  }
}
