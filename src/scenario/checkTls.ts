import { isIP } from 'node:net'
import { checkPem } from './checkPem.ts'
import { isSecure } from './endpoint.ts'
import type { Finding, Place } from './finding.ts'
import type { ParsedLoad } from './loadSchema.ts'
import type { Parts } from './parse.ts'
import type { Path } from './path.ts'
import { type ParsedTls, type ParsedTlsSettings, TLS_DEFAULTS } from './tlsSchema.ts'

/** Settings that say whom to trust and who one is: of no use where certificates are made afresh. */
const OF_REAL_SERVERS = ['ca', 'cert', 'key', 'passphrase', 'serverName'] as const

export function checkTls(parts: Parts, place: Place): readonly Finding[] {
  const isBuiltin = parts.environment?.kind === 'process' && parts.sut?.start === null
  return [
    ...parts.load.flatMap((load, index) => (load ? checkLoadTls(load, ['load', index, 'tls'], parts, place) : [])),
    ...(isBuiltin ? checkAgreement(parts.load) : []),
  ]
}

function checkLoadTls(load: ParsedLoad, path: Path, parts: Parts, place: Place): readonly Finding[] {
  const { environment, sut } = parts
  const settings = settingsOf(load.tls)
  return [
    ...(environment?.kind === 'attached' ? checkScheme(load, path, environment[load.protocol], parts) : []),
    ...(settings === null || environment === undefined || sut === undefined
      ? []
      : environment.kind === 'process' && sut.start === null
        ? checkBuiltinTls(settings, path)
        : checkClient(settings, path, place)),
  ]
}

const settingsOf = (tls: ParsedTls | undefined): ParsedTlsSettings | null => (tls === true ? TLS_DEFAULTS : tls || null)

/** Its settings are then for the token endpoint. */
const hasSecureTokens = (load: ParsedLoad): boolean =>
  load.protocol === 'fhir' && typeof load.auth === 'object' && /^https:/i.test(load.auth.tokenUrl ?? '')

/** The address says whether TLS is spoken; the settings may only say how. */
function checkScheme(
  load: ParsedLoad,
  path: Path,
  address: string | undefined,
  { environment }: Parts,
): readonly Finding[] {
  const { tls, protocol } = load
  if (address === undefined || environment === undefined || tls === undefined) return []
  if (isSecure(environment, protocol) === (tls !== false) || (tls !== false && hasSecureTokens(load))) return []
  const secure = protocol === 'mllp' ? 'mllps://' : 'https://'
  return [
    tls === false
      ? {
          path,
          expected: `TLS, as environment.${protocol} says`,
          found: tls,
          hint: `remove it, or write the address without the s of ${secure}`,
        }
      : {
          path,
          expected: `no TLS, as environment.${protocol} says`,
          found: tls,
          hint: `write environment.${protocol} with ${secure}`,
        },
  ]
}

function checkBuiltinTls(settings: ParsedTlsSettings, path: Path): readonly Finding[] {
  const expected = 'nothing here with the built-in targets: their certificates are made afresh for each clone'
  const given = OF_REAL_SERVERS.filter(key => settings[key] !== undefined)
  return [
    ...given.map(key => ({
      path: [...path, key],
      expected,
      found: settings[key],
      hint: 'remove it; for a client certificate say mutual: true',
    })),
    ...(settings.verify ? [] : [{ path: [...path, 'verify'], expected, found: false, hint: 'remove it' }]),
  ]
}

/** Loads of a built-in target, which has one port: they must agree. */
function checkAgreement(loads: Parts['load']): readonly Finding[] {
  const sayOf = ({ tls }: ParsedLoad) => {
    const settings = settingsOf(tls)
    return settings === null ? 'no TLS' : `${settings.mutual ? 'mutual TLS' : 'TLS'} from ${settings.minVersion}`
  }
  return loads.flatMap((load, index) => {
    const first = loads.find(each => each?.protocol === load?.protocol)
    if (!load || !first || sayOf(load) === sayOf(first)) return []
    const expected = `${sayOf(first)}, as load ${loads.indexOf(first)}: the built-in target has one port`
    return [{ path: ['load', index, 'tls'], expected, found: load.tls, hint: 'use a scenario for each' }]
  })
}

function checkClient(settings: ParsedTlsSettings, path: Path, place: Place): readonly Finding[] {
  const { mutual, cert, key, serverName } = settings
  const findings: Finding[] = []
  if (mutual)
    findings.push({
      path: [...path, 'mutual'],
      expected: 'nothing here: only the built-in targets are given certificates',
      found: mutual,
      hint: 'give cert and key',
    })
  if ((cert === undefined) !== (key === undefined))
    findings.push({
      path: [...path, cert === undefined ? 'cert' : 'key'],
      expected: 'cert and key, or neither',
      found: undefined,
      hint: `add the ${cert === undefined ? 'certificate' : 'key'} that belongs to the ${cert === undefined ? 'key' : 'certificate'}`,
    })
  if (serverName !== undefined && isIP(serverName) !== 0)
    findings.push({
      path: [...path, 'serverName'],
      expected: 'a name: addresses are not sent by SNI (RFC 6066, 3)',
      found: serverName,
      hint: 'remove it: without it, an address is looked for in the certificate as it is',
    })
  return [...findings, ...checkPem(settings, path, place)]
}
