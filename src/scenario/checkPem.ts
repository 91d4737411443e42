import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readPem } from '../protocol/tlsMaterial.ts'
import type { Finding, Place } from './finding.ts'
import type { Path } from './path.ts'
import { pemHint } from './pemHint.ts'
import { sourceOf } from './resolveTls.ts'
import { shownSource } from './shown.ts'
import type { ParsedTlsSettings } from './tlsSchema.ts'

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** What is wrong with the files and variables themselves. What they hold is shown to nobody. */
export function checkPem(
  { ca, cert, key, passphrase }: ParsedTlsSettings,
  path: Path,
  place: Place,
): readonly Finding[] {
  const findings: Finding[] = []
  const complain = (at: Path, expected: string, found: unknown, hint: string | null) =>
    void findings.push({ path: [...path, ...at], expected, found, hint })

  const read = (at: Path, text: string, isSecret: boolean): string | null => {
    const source = sourceOf(text, place)
    if (isSecret && source.kind === 'variable' && !source.name.includes('SECRET')) {
      complain(
        at,
        'a variable whose name contains SECRET',
        text,
        'its value is then masked wherever it might be printed',
      )
      return null
    }
    try {
      return readPem(source, place.env)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const isFile = source.kind === 'file'
      complain(
        at,
        isFile
          ? 'a file that can be read'
          : 'an environment variable that is set (or, with _FILE, names a file that can be read)',
        `${text} (${isFile || code !== undefined ? (code ?? message) : 'not set'})`,
        !isFile
          ? null
          : isSecret && shownSource(text, true) === '***'
            ? "give the name of a PEM file, or 'env:NAME' of a variable that holds it: a scenario holds no secret"
            : 'names start at the folder of the scenario file',
      )
      return null
    }
  }

  const certificates = (at: Path, text: string): readonly X509Certificate[] => {
    const pem = read(at, text, false)
    if (pem === null) return []
    const blocks = pem.match(CERTIFICATES) ?? []
    const parsed = blocks.flatMap(block => parseCertificate(block) ?? [])
    if (blocks.length === 0 || parsed.length < blocks.length)
      complain(at, 'certificates in PEM', text, pemHint(pem, 'certificate'))
    return parsed
  }

  const privateKey = (text: string): KeyObject | null => {
    const pem = read(['key'], text, true)
    if (pem === null) return null
    const isNamed = passphrase?.startsWith('env:') ?? false
    const secret = isNamed ? read(['passphrase'], passphrase!, true) : null
    try {
      return createPrivateKey({ key: pem, ...(secret === null ? {} : { passphrase: secret.trim() }) })
    } catch {
      const isEncrypted = /ENCRYPTED/.test(pem)
      // What is wrong with the passphrase was said already.
      if (isEncrypted && passphrase !== undefined && secret === null) return null
      if (isEncrypted)
        complain(
          ['passphrase'],
          'the passphrase of the key',
          passphrase,
          "give it as 'env:NAME', the name containing SECRET",
        )
      else complain(['key'], 'a private key in PEM', text, pemHint(pem, 'key'))
      return null
    }
  }

  if (passphrase !== undefined && !passphrase.startsWith('env:'))
    complain(
      ['passphrase'],
      "'env:' and the name of a variable that contains SECRET",
      '***',
      'a scenario holds no secret',
    )
  for (const [index, text] of [ca ?? []].flat().entries()) {
    const at = typeof ca === 'string' ? ['ca'] : ['ca', index]
    const wrong = invalidOf(certificates(at, text))
    if (wrong !== null)
      complain(
        at,
        'an authority that is valid now',
        `${text} (${wrong.what})`,
        `${wrong.name}: give what took its place, or ${CLOCK}`,
      )
  }
  const chain = cert === undefined ? [] : certificates(['cert'], cert)
  const [own] = chain
  const ownKey = key === undefined ? null : privateKey(key)
  if (own !== undefined) {
    const wrong = whenInvalid(own, Date.now())
    if (wrong !== null) complain(['cert'], 'a certificate that is valid now', `${cert} (${wrong.what})`, wrong.remedy)
    if (ownKey !== null && !own.checkPrivateKey(ownKey))
      complain(['key'], 'the key that belongs to cert', key, mismatch(chain, ownKey))
  }
  return findings
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

const CLOCK = "correct this machine's clock"

/** The first of the authorities of one source, when all of them are out of date: bundles of many hold old ones too. */
function invalidOf(authorities: readonly X509Certificate[]): { name: string; what: string } | null {
  const wrong = authorities.map(each => whenInvalid(each, Date.now()))
  const [first] = wrong
  if (!first || wrong.includes(null)) return null
  return { name: authorities[0]!.subject?.replaceAll('\n', ', ') ?? 'it has no name', what: first.what }
}

function whenInvalid({ validFromDate, validToDate }: X509Certificate, nowMs: number) {
  const [from, to] = [validFromDate.toISOString(), validToDate.toISOString()]
  if (validToDate.getTime() < nowMs) return { what: `expired on ${to}`, remedy: `have it renewed, or ${CLOCK}` }
  if (validFromDate.getTime() <= nowMs) return null
  return { what: `not valid before ${from}`, remedy: `use it from ${from} on, or ${CLOCK}` }
}

function mismatch(chain: readonly X509Certificate[], key: KeyObject): string {
  return chain.some(each => each.checkPrivateKey(key))
    ? "put the client's own certificate first in cert, and its chain after it"
    : 'they are of two different pairs: give the key that cert was made for'
}
