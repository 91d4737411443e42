import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** A certificate for 127.0.0.1 and localhost that signs itself, and its key: file names, PEM. */
export interface Certificate {
  readonly certificateFile: string
  readonly keyFile: string
}

/** @throws Error when openssl(1) cannot be run. */
export function makeCertificate(folder: string): Certificate {
  const made = { certificateFile: join(folder, 'receiver.crt'), keyFile: join(folder, 'receiver.key') }
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const files = ['-out', made.certificateFile, '-keyout', made.keyFile]
  const { error, status, stderr } = spawnSync('openssl', [...args, ...names, ...files], { encoding: 'utf8' })
  if (error !== undefined)
    throw new Error(`no certificate without openssl (${error.message}); install it: apt-get install openssl`)
  if (status !== 0) throw new Error(`openssl made no certificate:\n${stderr.trim()}`)
  return made
}
