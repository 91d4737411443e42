const CERTIFICATE = '-----BEGIN CERTIFICATE-----'
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
/** `-----BEGIN` in base64. */
const ENCODED = 'LS0tLS1CRUdJTi'
/** Of DER, read as UTF-8: a sequence (ITU-T X.690, 8.9); of PKCS #12, one that begins with version 3 (RFC 7292, 4). */
const DER = /^0[\u0080-\uffff]/
const PKCS12 = /^0.{1,5}\u0002\u0001\u0003/s

/** What is to be done with a text that should hold a certificate, or a private key, in PEM; null = nobody knows. */
export function pemHint(text: string, wanted: 'certificate' | 'key'): string | null {
  if (PKCS12.test(text))
    return 'it is PKCS #12: openssl pkcs12 -in FILE -nodes -out FILE.pem makes PEM of both cert and key'
  if (DER.test(text))
    return `it is DER: openssl ${wanted === 'key' ? 'pkey' : 'x509'} -inform der -in FILE -out FILE.pem`
  if (text.trimStart().startsWith(ENCODED)) return 'it is PEM in base64: decode it (base64 -d) before it is given'
  if (text.includes('-----BEGIN') && text.includes('\\n'))
    return 'its line breaks are written as \\n: make them real (printf %b) before it is given'
  if (wanted === 'certificate' && KEY.test(text)) return 'it holds a private key: see whether cert and key are swapped'
  if (wanted === 'key' && text.includes(CERTIFICATE) && !KEY.test(text))
    return 'it holds a certificate: see whether cert and key are swapped'
  return null
}
