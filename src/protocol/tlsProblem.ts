import type { TlsClientMaterial, TlsVersion } from '../model/tls.ts'
import { printable } from './printable.ts'

/** Why TLS with a server cannot succeed, however often it is tried. */
export interface TlsProblem {
  readonly what: string
  readonly remedy: string
}

interface TlsError extends Error {
  readonly code?: string
  readonly cert?: { readonly subjectaltname?: string }
}

const CA = 'give the certificate of the authority it comes from as tls.ca (flag: --tls-ca)'
const ROOT =
  'give the root of its authority as tls.ca (flag: --tls-ca): an intermediate alone is not enough, the chain must reach a certificate that signed itself'
/** Codes of chains that end before a root. */
const CHAIN: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: ROOT,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ROOT,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${ROOT}; where the root is given, the server does not send its intermediate: have it do so, or give that in tls.ca too`,
}
const CLIENT = 'give a client certificate that it accepts as tls.cert and tls.key (flags: --tls-cert, --tls-key)'
const PLAIN = 'correct the port, or leave TLS out: mllp:// or http:// for the address, no tls in the load'

/** Alerts of TLS by number (RFC 8446, 6): what OpenSSL calls them has changed with its versions. */
const ALERT = { handshakeFailure: 40, protocolVersion: 70, certificateRequired: 116 }
/** bad_certificate to certificate_unknown, unknown_ca, access_denied. */
const CERTIFICATE_ALERTS = new Set([42, 43, 44, 45, 46, 48, 49])

/** null = no problem of TLS, or one that may pass: a connection refused, reset or too slow. */
export function tlsProblem(error: Error, client: Pick<TlsClientMaterial, 'minVersion' | 'cert'>): TlsProblem | null {
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1]
  return alert === undefined ? ownProblem(error, client) : alertProblem(Number(alert), client)
}

/** What the server ended the handshake for. */
function alertProblem(alert: number, { minVersion, cert }: Pick<TlsClientMaterial, 'minVersion' | 'cert'>): TlsProblem {
  if (alert === ALERT.certificateRequired)
    return { what: 'it demands a client certificate, and none was given', remedy: CLIENT }
  if (CERTIFICATE_ALERTS.has(alert))
    return { what: `it does not accept the client certificate (alert ${alert})`, remedy: CLIENT }
  if (alert === ALERT.protocolVersion) return noVersion(minVersion)
  if (alert === ALERT.handshakeFailure)
    return {
      what: `it ended the handshake (alert ${alert}): ${cert === null ? 'it demands a client certificate' : 'it does not accept the client certificate'}, or has no cipher in common with us`,
      remedy: CLIENT,
    }
  return { what: `it ended the handshake (alert ${alert})`, remedy: "see the server's log" }
}

/** What we ended the handshake for: codes of OpenSSL (X509_V_ERR, SSL_R) and Node. */
function ownProblem(error: TlsError, { minVersion }: Pick<TlsClientMaterial, 'minVersion'>): TlsProblem | null {
  const { code = '', cert: server } = error
  switch (code) {
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
    case 'CERT_UNTRUSTED':
    case 'INVALID_CA':
    case 'INVALID_PURPOSE':
      return {
        what: `its certificate does not come from an authority that is trusted here (${code})`,
        remedy: CHAIN[code] ?? CA,
      }
    case 'CERT_HAS_EXPIRED':
      return {
        what: `its certificate, or one that it comes from, has expired (${code})`,
        remedy: "have it renewed (one that it comes from may stand in tls.ca), or correct this machine's clock",
      }
    case 'CERT_NOT_YET_VALID':
      return {
        what: `its certificate, or one that it comes from, is not valid yet (${code})`,
        remedy: "correct this machine's clock, or the certificate",
      }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        what: `its certificate is for other names (${printable(server?.subjectaltname ?? 'none', 500)})`,
        remedy: 'dial it by a name of the certificate, or say that name as tls.serverName (flag: --tls-server-name)',
      }
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
      return { what: `what answers there speaks no TLS (${code})`, remedy: PLAIN }
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
      return noVersion(minVersion)
    default:
      return null
  }
}

const noVersion = (minVersion: TlsVersion): TlsProblem => ({
  what: `it speaks no version of TLS from ${minVersion} on`,
  remedy:
    minVersion === 'TLSv1.2'
      ? 'have TLS 1.2 or 1.3 enabled there'
      : "say tls.minVersion: 'TLSv1.2' (flag: --tls-min-version), or have TLS 1.3 enabled there",
})

/** A server that hangs up as soon as the handshake is done says no reason; nearly always it is the client certificate. */
export const HUNG_UP: TlsProblem = {
  what: 'it closes the connection as soon as the TLS handshake is done, as servers do that accept no client without a certificate they know',
  remedy: CLIENT,
}

export const NO_HANDSHAKE: TlsProblem = {
  what: 'it takes the connection and does not answer the TLS handshake',
  remedy: PLAIN,
}
