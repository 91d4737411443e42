import { get } from 'node:https'
import { type ConnectionOptions, connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { makeIdentities, serverMaterial } from '../../src/environment/builtinTls.ts'
import { startFhirTarget } from '../../src/target/fhirTarget.ts'
import { startMllpTarget } from '../../src/target/mllpTarget.ts'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { admission, frame } from '../fixtures/mllpPeer.ts'
import { behaviourWith, temporaryFile } from '../fixtures/target.ts'

const identities = await makeIdentities(['127.0.0.1'])
const common = (mutual: boolean) => ({
  host: '127.0.0.1',
  port: 0,
  behaviour: behaviourWith([]),
  seed: 1,
  arrivalsFile: temporaryFile('arrivals'),
  tls: serverMaterial(identities, { mutual, minVersion: 'TLSv1.2' }),
})
const own = { cert: identities.client.certificate, key: identities.client.privateKey }

/** What the receiver answers to one message, or null when it closes without an answer. */
function exchange(port: number, options: ConnectionOptions): Promise<string | null> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect({ host: '127.0.0.1', port, ca: identities.authority, ...options })
    socket.on('secureConnect', () => socket.write(frame(admission('ID1')), 'latin1'))
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
      if (text.endsWith('\x1c\r')) socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text === '' ? null : text))
  })
}

test('the MLLP receiver speaks TLS, and demands a client certificate where it is to', async () => {
  for (const mutual of [false, true]) {
    const options = common(mutual)
    const target = await startMllpTarget(options)
    onTestFinished(() => target.close())
    expect(await exchange(target.port, own)).toContain('\rMSA|AA|ID1\r')
    const without = await exchange(target.port, {})
    if (mutual) expect(without).toBeNull()
    else expect(without).toContain('\rMSA|AA|ID1\r')
    await target.close()
    expect(arrivalsOf(options.arrivalsFile)).toHaveLength(mutual ? 1 : 2)
  }
})

test('a receiver that speaks TLS closes while handshakes hang', async () => {
  const target = await startMllpTarget(common(false))
  const { connect: dial } = await import('node:net')
  const socket = dial(target.port, '127.0.0.1')
  socket.on('error', () => {})
  await new Promise(resolve => socket.once('connect', resolve))
  const closed = new Promise(resolve => socket.once('close', resolve))
  await target.close()
  await closed
})

test('the FHIR server speaks TLS, and its links say so', async () => {
  const target = await startFhirTarget({ ...common(true), basePath: '/fhir', population: 0 })
  onTestFinished(() => target.close())
  const url = `https://127.0.0.1:${target.port}/fhir/metadata`
  const ask = (options: ConnectionOptions) =>
    new Promise<string>(resolve =>
      get(url, { ca: identities.authority, agent: false, ...options }, response => {
        let body = ''
        response.on('data', chunk => (body += chunk)).on('end', () => resolve(body))
      }).on('error', error => resolve(String(error))),
    )
  expect(JSON.parse(await ask(own))).toMatchObject({
    resourceType: 'CapabilityStatement',
    implementation: { url: `https://127.0.0.1:${target.port}/fhir` },
  })
  expect(await ask({})).toMatch(/Error/)
})
