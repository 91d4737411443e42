import { misfit, readSigningKey, type SigningKey } from '../protocol/smart/key.ts'
import { readPem } from '../protocol/tlsMaterial.ts'
import { AUTH_DEFAULTS, type ParsedAuthSettings } from './authSchema.ts'
import { checkHost } from './checkHost.ts'
import { plainHost } from './endpoint.ts'
import type { Finding, Place } from './finding.ts'
import type { Parts } from './parse.ts'
import type { Path } from './path.ts'
import { pemHint } from './pemHint.ts'
import { sourceOf } from './resolveTls.ts'

const OF_REAL_SERVERS = ['tokenUrl', 'key', 'keyId'] as const
const SECRET_NAME = "'env:' and the name of a variable that contains SECRET"

export function checkAuth({ load: loads, environment, sut, allowHosts }: Parts, place: Place): readonly Finding[] {
  if (environment === undefined || sut === undefined) return []
  const isBuiltin = environment.kind !== 'attached' && sut.start === null
  const first = loads.find(load => load?.protocol === 'fhir')
  return loads.flatMap((load, index) => {
    if (load?.protocol !== 'fhir') return []
    const path = ['load', index, 'auth']
    const settings = load.auth === true ? AUTH_DEFAULTS : (load.auth ?? null)
    if (!isBuiltin) return settings === null ? [] : checkReal(settings, path, { place, allowHosts: allowHosts ?? null })
    return [
      ...(JSON.stringify(load.auth) === JSON.stringify(first!.auth) ? [] : [disagreement(path, load.auth)]),
      ...(settings === null ? [] : checkBuiltin(settings, path)),
    ]
  })
}

const disagreement = (path: Path, found: unknown): Finding => ({
  path,
  expected: 'the same in all fhir loads: the built-in FHIR server is one',
  found,
  hint: 'use a scenario for each',
})

function checkBuiltin(settings: ParsedAuthSettings, path: Path): readonly Finding[] {
  return OF_REAL_SERVERS.filter(key => settings[key] !== undefined).map(key => ({
    path: [...path, key],
    expected: 'nothing here with the built-in FHIR server: its keys are made afresh for each run',
    found: settings[key],
    hint: 'remove it',
  }))
}

interface Around {
  readonly place: Place
  readonly allowHosts: readonly string[] | null
}

function checkReal(settings: ParsedAuthSettings, path: Path, { place, allowHosts }: Around): readonly Finding[] {
  const { clientId, key, tokenUrl, tokenLifetimeMs } = settings
  const findings: Finding[] = []
  if (tokenLifetimeMs !== undefined)
    findings.push({
      path: [...path, 'tokenLifetimeMs'],
      expected: 'nothing here: a server of your own says how long its tokens are good',
      found: tokenLifetimeMs,
      hint: 'remove it',
    })
  if (clientId === undefined)
    findings.push({
      path: [...path, 'clientId'],
      expected: 'the id that the server gave to this client',
      found: undefined,
      hint: null,
    })
  return [
    ...findings,
    ...(tokenUrl === undefined
      ? []
      : checkHost([...path, 'tokenUrl'], plainHost(new URL(tokenUrl).hostname), allowHosts)),
    ...checkKey(key, settings, [...path, 'key'], place),
  ]
}

/** What the key holds is shown to nobody. */
function checkKey(
  text: string | undefined,
  { algorithm }: ParsedAuthSettings,
  path: Path,
  place: Place,
): readonly Finding[] {
  const complaint = (expected: string, found: unknown, hint: string | null) => [{ path, expected, found, hint }]
  if (text === undefined) return complaint(SECRET_NAME, undefined, 'it holds the private key, or names its file')
  const source = sourceOf(text, place)
  if (source.kind === 'file' || !source.name.includes('SECRET'))
    return complaint(SECRET_NAME, text, 'its value is then masked wherever it might be printed')
  let key: SigningKey
  let pem: string
  try {
    pem = readPem(source, place.env)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return complaint(
      'an environment variable that is set (or, with _FILE, names a file that can be read)',
      `${text} (${code ?? 'not set'})`,
      null,
    )
  }
  try {
    key = readSigningKey(pem)
  } catch {
    return complaint(
      'a private key, PEM without a passphrase or JWK',
      text,
      pemHint(pem, 'key') ?? 'openssl pkcs8 -topk8 -nocrypt converts it',
    )
  }
  const wrong = misfit(key.key, algorithm)
  return wrong === null ? [] : complaint(`a key for ${algorithm}`, text, `${wrong}; or correct algorithm`)
}
