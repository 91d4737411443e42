import { createPrivateKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../../src/environment/certificates.ts'
import { makePki } from '../protocol/tlsServer.ts'
import { fhir, loadInput, mllp, refusal, scratch, small } from './files.ts'

const pki = await makePki()
const pem = (name: string, text: string) => {
  writeFileSync(join(scratch, name), text)
  return name
}
const ca = pem('ca.pem', pki.authority.certificate)
const cert = pem('client.pem', pki.client.certificate)
pem('client-key.pem', pki.client.privateKey)
const otherKey = pem('other-key.pem', pki.stranger.privateKey)
const expired = await (await makeAuthority('old')).issue(['old.example.org'], { fromMs: 0, untilMs: 86_400_000 })

const attached = (tls: unknown, address = 'mllps://127.0.0.1:2575') => ({
  ...small,
  environment: { kind: 'attached', mllp: address },
  load: [{ ...mllp, ...(tls === undefined ? {} : { tls }) }],
})
const builtin = (...loads: unknown[]) => ({ ...small, load: loads })
const complaints = async (input: unknown, env = {}) =>
  (await refusal(loadInput(input, { env }))).complaints.map(
    ({ path, expected, found }) => `${path}: ${expected} / ${found}`,
  )

describe('what a scenario says of TLS', () => {
  test('nothing, and there is none', async () => {
    expect((await loadInput(small)).scenario.load[0]!.tls).toBeNull()
  })

  test('an address with TLS is enough', async () => {
    const { scenario } = await loadInput(attached(undefined))
    expect(scenario.load[0]!.tls).toEqual({
      ...{ mutual: false, ca: [], cert: null, key: null, passphrase: null, serverName: null },
      ...{ minVersion: 'TLSv1.2', verify: true },
    })
    expect(scenario.environment).toMatchObject({ mllp: { host: '127.0.0.1', port: 2575 } })
  })

  test('https has port 443', async () => {
    const input = { ...small, environment: { kind: 'attached', fhir: 'https://127.0.0.1/r4' }, load: [fhir] }
    expect((await loadInput(input)).scenario.environment).toMatchObject({ fhir: { port: 443, basePath: '/r4' } })
  })

  test('files are found beside the scenario, and variables by name', async () => {
    const env = { HL7BENCH_SECRET_KEY: pki.client.privateKey, CA_FILE: join(scratch, ca) }
    const { scenario } = await loadInput(
      attached({ ca: ['ca.pem', 'env:CA_FILE'], cert, key: 'env:HL7BENCH_SECRET_KEY' }),
      { env },
    )
    expect(scenario.load[0]!.tls).toMatchObject({
      ca: [
        { kind: 'file', file: join(scratch, 'ca.pem') },
        { kind: 'variable', name: 'CA_FILE' },
      ],
      key: { kind: 'variable', name: 'HL7BENCH_SECRET_KEY' },
    })
    expect(JSON.stringify(scenario)).not.toContain('PRIVATE KEY')
  })

  test('an encrypted key with its passphrase', async () => {
    const encrypted = createPrivateKey(pki.client.privateKey).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open sesame',
    }) as string
    const tls = { cert, key: pem('locked.pem', encrypted), passphrase: 'env:MY_SECRET' }
    await loadInput(attached(tls), { env: { MY_SECRET: 'open sesame' } })
    expect(await complaints(attached(tls), { MY_SECRET: 'wrong' })).toEqual([
      expect.stringContaining('tls.passphrase: the passphrase of the key'),
    ])
    expect(await complaints(attached({ ...tls, passphrase: 'open sesame' }))).toEqual([
      'load[0].tls.passphrase: \'env:\' and the name of a variable that contains SECRET / "***"',
    ])
  })

  test('a server that is not verified is said in every report', async () => {
    const { scenario } = await loadInput(attached({ verify: false }))
    expect(scenario.load[0]!.assumed).toContainEqual(expect.stringContaining('not verified'))
  })

  test('renewed certificates are the same case, other versions of TLS are another', async () => {
    const digest = async (input: unknown) => (await loadInput(input)).cases[0]!.digest
    const plain = await digest(attached({ ca }))
    expect(await digest(attached({ ca: cert }))).toBe(plain)
    expect(await digest(attached({ ca, minVersion: 'TLSv1.3' }))).not.toBe(plain)
    expect(await digest(builtin(mllp))).not.toBe(await digest(builtin({ ...mllp, tls: true })))
  })
})

describe('complaints, all at once', () => {
  test('files that are missing, no PEM, of two pairs', async () => {
    const tls = { ca: ['none.pem', pem('text.pem', 'no PEM\n')], cert, key: otherKey }
    expect(await complaints(attached(tls))).toEqual([
      'load[0].tls.ca[0]: a file that can be read / "none.pem (ENOENT)"',
      'load[0].tls.ca[1]: certificates in PEM / "text.pem"',
      'load[0].tls.key: the key that belongs to cert / "other-key.pem"',
    ])
  })

  test('a certificate that has expired, a key that is none', async () => {
    const tls = { cert: pem('old.pem', expired.certificate), key: pem('no-key.pem', pki.client.certificate) }
    expect(await complaints(attached(tls))).toEqual([
      'load[0].tls.key: a private key in PEM / "no-key.pem"',
      'load[0].tls.cert: a certificate that is valid now / "old.pem (expired on 1970-01-02T00:00:00.000Z)"',
    ])
  })

  test('a key that stands where its name belongs is never shown, whatever else is wrong', async () => {
    const { privateKey } = pki.client
    const bare = privateKey.replace(/-----[^-]+-----/g, '').replaceAll('\n', '')
    const part = bare.slice(2, 20)
    for (const key of [privateKey, privateKey.replaceAll('\n', ' '), bare, `env:${bare}`])
      for (const input of [
        attached({ cert, key }),
        attached({ cert, key }, 'mllp://127.0.0.1:2575'),
        { ...attached({ cert }), vary: { 'load.mllp.tls.key': [key] } },
        builtin({ ...mllp, tls: { key } }),
        builtin(mllp, { ...mllp, name: 'other', tls: { key } }),
      ]) {
        const { message } = await refusal(loadInput(input))
        expect(message).toContain('***')
        expect(message).not.toContain(part)
      }
    const { message } = await refusal(loadInput(attached({ cert, key: privateKey })))
    expect(message).toContain("give the name of a PEM file, or 'env:NAME'")
  })

  test('the name of a key that cannot be read is shown', async () => {
    const found = async (key: string) => (await complaints(attached({ cert, key }))).join()
    expect(await found('none.pem')).toContain('"none.pem (ENOENT)"')
    expect(await found('/run/secrets/none')).toContain('"/run/secrets/none (ENOENT)"')
  })

  test('authorities that are all out of date, and a certificate of tomorrow', async () => {
    const tomorrow = await (await makeAuthority('new')).issue(['new.example.org'], { fromMs: 4e12, untilMs: 5e12 })
    const hints = async (tls: object) =>
      (await refusal(loadInput(attached(tls)))).complaints.map(({ path, hint }) => `${path}: ${hint}`)
    const old = pem('old-ca.pem', expired.certificate)
    expect(await complaints(attached({ ca: old }))).toEqual([
      'load[0].tls.ca: an authority that is valid now / "old-ca.pem (expired on 1970-01-02T00:00:00.000Z)"',
    ])
    expect(await hints({ ca: ['ca.pem', old] })).toEqual([
      expect.stringMatching(/^load\[0\]\.tls\.ca\[1\]: CN=.*clock/),
    ])
    const both = pem('bundle.pem', `${expired.certificate}${pki.authority.certificate}`)
    expect((await loadInput(attached({ ca: both }))).scenario.load[0]!.tls!.ca).toHaveLength(1)
    const key = pem('new-key.pem', tomorrow.privateKey)
    expect(await hints({ cert: pem('new.pem', tomorrow.certificate), key })).toEqual([
      "load[0].tls.cert: use it from 2096-10-02T07:06:40.000Z on, or correct this machine's clock",
    ])
  })

  test.each([
    [
      'a chain that begins with another',
      `${pki.authority.certificate}${pki.client.certificate}`,
      'client-key.pem',
      /own certificate first/,
    ],
    ['cert and key swapped', pki.client.privateKey, 'client.pem', /swapped/],
  ])('%s', async (_, text, key, told) => {
    expect((await refusal(loadInput(attached({ cert: pem('cert.pem', text), key })))).message).toMatch(told)
  })

  test.each([
    ['PKCS #12', Buffer.from([0x30, 0x82, 0x0a, 0x10, 2, 1, 3, 0x30]), /openssl pkcs12/],
    ['DER', Buffer.from([0x30, 0x82, 0x0a, 0x10, 0x30, 0x82]), /openssl pkey -inform der/],
    ['written line breaks', pki.client.privateKey.replaceAll('\n', '\\n'), /printf %b/],
    ['base64', Buffer.from(pki.client.privateKey).toString('base64'), /base64 -d/],
  ])('a key in the form of %s is told with what makes PEM of it', async (_, text, told) => {
    writeFileSync(join(scratch, 'odd.key'), text)
    expect((await refusal(loadInput(attached({ cert, key: 'odd.key' })))).message).toMatch(told)
  })

  test('variables that are not set, or may not hold a key; a certificate without a key; an address as a name', async () => {
    expect(await complaints(attached({ cert: 'env:NOT_SET', key: 'env:TLS_KEY' }), { TLS_KEY: 'x' })).toEqual([
      expect.stringContaining('load[0].tls.cert: an environment variable that is set'),
      'load[0].tls.key: a variable whose name contains SECRET / "env:TLS_KEY"',
    ])
    expect(await complaints(attached({ cert, serverName: '10.0.0.1' }))).toEqual([
      'load[0].tls.key: cert and key, or neither / nothing',
      expect.stringContaining('load[0].tls.serverName: a name'),
    ])
  })

  test('an address that says otherwise', async () => {
    expect(await complaints(attached(true, 'mllp://127.0.0.1:2575'))).toEqual([
      'load[0].tls: no TLS, as environment.mllp says / true',
    ])
    expect(await complaints(attached(false))).toEqual(['load[0].tls: TLS, as environment.mllp says / false'])
  })

  test('certificates for built-in targets, mutual TLS for others, loads that disagree', async () => {
    expect(await complaints(builtin({ ...mllp, tls: { ca, verify: false } }))).toEqual([
      expect.stringContaining('load[0].tls.ca: nothing here with the built-in targets'),
      expect.stringContaining('load[0].tls.verify: nothing here with the built-in targets'),
    ])
    expect(await complaints(attached({ mutual: true }))).toEqual([
      expect.stringContaining('load[0].tls.mutual: nothing here'),
    ])
    expect(await complaints(builtin(mllp, { ...mllp, tls: true }))).toEqual([
      'load[1].tls: no TLS, as load 0: the built-in target has one port / true',
    ])
  })

  test('keys that nobody knows', async () => {
    expect(await complaints(attached({ cacert: ca }))).toEqual([
      expect.stringContaining('load[0].tls.cacert: no such key here'),
    ])
  })
})
