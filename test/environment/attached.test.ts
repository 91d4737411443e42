import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { attachedProvisioner } from '../../src/environment/attached.ts'
import { reservePorts } from '../../src/environment/ports.ts'
import { provisionerFor } from '../../src/environment/provisioner.ts'
import { fhirReady, mllpReady, waitReady } from '../../src/environment/ready.ts'
import {
  caseOf,
  fixtureEntries,
  guardedForTest,
  never,
  run,
  type ScenarioParts,
  scenarioOf,
  temporaryFolder,
} from './support.ts'

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const mllpServer = () => listening(createServer(socket => socket.on('error', () => {})))
const fhirServer = (listener: RequestListener) => listening(createHttpServer(listener))
const endpoint = (port: number) => ({ host: '127.0.0.1', port })

async function startAttached(parts: ScenarioParts) {
  const guarded = await guardedForTest()
  const scenario = scenarioOf(parts)
  const clone = await attachedProvisioner(guarded, fixtureEntries).provision(scenario, {
    experimentId: guarded.experimentId,
    cloneId: 'c0001',
    signal: never,
  })
  return { clone, target: await clone.start(run, caseOf(scenario), temporaryFolder(), never) }
}

test('an attached server is loaded as it is, and is there after the release', async () => {
  const mllp = endpoint(await mllpServer())
  const { clone, target } = await startAttached({ environment: { kind: 'attached', parallel: 1, mllp, fhir: null } })
  expect(target).toMatchObject({ mllp, fhir: null, arrivals: { mllp: null, fhir: null } })
  const generator = await clone.spawnGenerator(0)
  await target.stop()
  expect((await clone.release()).leaks).toEqual([])
  expect((await generator.exited).signal).toBe('SIGTERM')
  expect(await waitReady([mllpReady(mllp)], 1000, never)).toBeNull()
})

test('an attached server that refuses fails the start with the remedy', async () => {
  const [port] = await reservePorts(1)
  const starting = startAttached({
    sut: { readyTimeoutMs: 200 },
    environment: { kind: 'attached', parallel: 1, mllp: endpoint(port!), fhir: null },
  })
  await expect(starting).rejects.toMatchObject({
    stage: 'start',
    fault: 'target',
    message: expect.stringMatching(/ECONNREFUSED.*start it, or check/),
  })
})

test('a host that is not allowed is never dialled', async () => {
  const environment = {
    kind: 'attached',
    parallel: 1,
    mllp: { host: 'engine.example', port: 2575 },
    fhir: null,
  } as const
  await expect(startAttached({ environment })).rejects.toThrow('neither loopback nor listed in allowHosts')
  const provisioner = provisionerFor(environment, await guardedForTest())
  expect(await provisioner.preflight(scenarioOf({ environment }))).toHaveLength(1)
  expect(await provisioner.preflight(scenarioOf({ environment, allowHosts: ['engine.example'] }))).toEqual([])
  expect(await provisioner.preflight(scenarioOf({ environment, protocols: ['fhir'] }))).toMatchObject([
    { remedy: expect.stringContaining('environment.fhir') },
  ])
})

test('a FHIR server that is still starting is waited for', async () => {
  let requests = 0
  const port = await fhirServer((_, response) => {
    requests++
    if (requests < 3) response.writeHead(503).end()
    else if (requests < 4) response.end('{"resourceType":"OperationOutcome"}')
    else response.end('{"resourceType":"CapabilityStatement"}')
  })
  expect(await waitReady([fhirReady({ ...endpoint(port), basePath: '' })], 5000, never)).toBeNull()
  expect(requests).toBe(4)
})

test.each([
  ['XML', Buffer.from('<?xml version="1.0"?>\n<CapabilityStatement xmlns="http://hl7.org/fhir">')],
  ['gzip', gzipSync('{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}')],
])(
  'a FHIR server whose statement comes in %s did answer, and is loaded where that is to be ignored',
  async (found, body) => {
    const port = await fhirServer((_, response) => response.end(body))
    const fhir = { ...endpoint(port), basePath: '/fhir' }
    const parts = {
      protocols: ['fhir'] as const,
      sut: { readyTimeoutMs: 200 },
      environment: { kind: 'attached', parallel: 1, mllp: null, fhir } as const,
    }
    await expect(startAttached({ ...parts, capability: 'check' })).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `server is not ready .*it answered, but with no Cap.* in JSON \\(found ${found}.*capability: 'ignore'`,
        ),
      ),
    })
    expect((await startAttached(parts)).target).toMatchObject({ fhir })
  },
)

test('a page of HTML is no FHIR server, whatever is ignored', async () => {
  const port = await fhirServer((_, response) => response.end('<html><body>starting</body></html>'))
  expect(await waitReady([fhirReady({ ...endpoint(port), basePath: '' })], 200, never)).toMatch(
    /it answered, but with no CapabilityStatement in JSON; check the path/,
  )
})

test('what was missing is told for every protocol', async () => {
  const fhir = await fhirServer((_, response) => response.writeHead(401).end())
  const silent = await listening(createServer(() => {}))
  const [mllp] = await reservePorts(1)
  const checks = [
    mllpReady(endpoint(mllp!)),
    fhirReady({ ...endpoint(fhir), basePath: '/r4' }),
    fhirReady({ ...endpoint(silent), basePath: '' }),
  ]
  const missing = await waitReady(checks, 300, never)
  expect(missing).toBe(
    `mllp 127.0.0.1:${mllp}: ECONNREFUSED; fhir http://127.0.0.1:${fhir}/r4/metadata: http 401; fhir http://127.0.0.1:${silent}/metadata: no answer`,
  )
})

test('a server that answers 404 to everything is ready only when it goes on doing so', async () => {
  const port = await fhirServer((_, response) => response.writeHead(404).end())
  const check = fhirReady({ ...endpoint(port), basePath: '/fhir' })
  expect(await check(never)).toContain('http 404')
  expect(await waitReady([check], 10_000, never)).toBeNull()
})
