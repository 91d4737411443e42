import 'reflect-metadata'
import type { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { X509Certificate } from '@peculiar/x509'

/** A certificate with its key, both PEM. */
export interface Certified {
  readonly certificate: string
  readonly privateKey: string
}

/** A certificate authority of one clone or run: made for it, and gone with it. */
export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** A certificate for DNS names and addresses, the first of which is its common name too. */
  issue(names: readonly string[], validity?: Validity): Promise<Certified>
}

/** When a certificate is valid, ms since 1970. */
export interface Validity {
  readonly fromMs: number
  readonly untilMs: number
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** From an hour ago, since clocks differ, for a week: no experiment takes longer. */
const usual = (): Validity => ({ fromMs: Date.now() - HOUR_MS, untilMs: Date.now() + 7 * DAY_MS })

/**
 * Makes an authority with a key on the curve P-256. Its certificate says that it may sign certificates, both critical, as strongSwan asks for (RFC
 * 5280, 4.2.1.3 and 4.2.1.9).
 */
export async function makeAuthority(name: string): Promise<Authority> {
  const x509 = await import('@peculiar/x509')
  const keys = await makeKeys()
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...datesOf(usual()),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificate: pem(own),
    async issue(names, validity = usual()) {
      const subject = await makeKeys()
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${names[0]}`,
        issuer: own.subject,
        publicKey: subject.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        ...datesOf(validity),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          new x509.SubjectAlternativeNameExtension(
            names.map(value => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(subject.publicKey),
        ],
      })
      return { certificate: pem(certificate), privateKey: await pemOfKey(subject.privateKey) }
    },
  }
}

const makeKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const datesOf = ({ fromMs, untilMs }: Validity) => ({ notBefore: new Date(fromMs), notAfter: new Date(untilMs) })

const pem = (certificate: X509Certificate) => `${certificate.toString('pem')}\n`

/** PKCS #8. */
async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  const lines = bytes.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
}
