import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { clear, workplace } from '../fixtures/commandLine.ts'
import { admission } from '../fixtures/mllpPeer.ts'
import { served } from '../fixtures/served.ts'
import { needs } from '../needs.ts'

const withCurl = needs(spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0, 'curl')

withCurl(
  'curl posts a message over mutual TLS and reads its acknowledgement, and is refused without a certificate',
  async () => {
    const place = workplace()
    onTestFinished(() => clear(place))
    const certs = join(place.folder, 'certs')
    const flags = ['mllp', '--transport', 'http', '--path', '/hl7', '--tls-make', certs, '--tls-mutual']
    const url = (await served(place, flags)).href.replace('hl7+https:', 'https:')
    const known = ['--cert', join(certs, 'client.pem'), '--key', join(certs, 'client-key.pem')]
    const post = (...more: string[]) =>
      promisify(execFile)('curl', [
        ...['-sS', '-m', '10', '-i', '--cacert', join(certs, 'ca.pem'), ...more],
        ...['-H', 'Content-Type: application/hl7-v2; charset=utf-8', '--data-binary', admission('ID7'), url],
      ])
    const { stdout } = await post(...known)
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: application\/hl7-v2; charset=utf-8\r\n/)
    expect(stdout).toContain('\rMSA|AA|ID7\r')
    await expect(post()).rejects.toThrow(/curl: \(\d+\)/)
  },
)
