import { expect, test } from 'vitest'
import { loadInput, mllp, refusal, small } from './files.ts'

const attached = (address: string, load: object = {}) => ({
  ...small,
  environment: { kind: 'attached', mllp: address },
  load: [{ ...mllp, ...load }],
})
const complaints = async (input: unknown) =>
  (await refusal(loadInput(input))).complaints.map(({ path, expected }) => `${path}: ${expected}`)

test('an address of HL7 over HTTP says transport, path and TLS', async () => {
  const { scenario } = await loadInput(attached('hl7+https://127.0.0.1/in/hl7'))
  expect(scenario.environment).toMatchObject({ mllp: { host: '127.0.0.1', port: 443 } })
  expect(scenario.load[0]).toMatchObject({ transport: 'http', path: '/in/hl7', tls: { verify: true } })
  const plain = await loadInput(attached('hl7+http://127.0.0.1:8080', { path: '/hl7' }))
  expect(plain.scenario.load[0]).toMatchObject({ transport: 'http', path: '/hl7', tls: null })
  expect((await loadInput(small)).scenario.load[0]).toMatchObject({ transport: 'mllp', path: '/' })
})

test('what HTTP cannot do, and what only HTTP has', async () => {
  const load = { transport: 'http', window: 2, acknowledgement: 'enhanced' }
  const told = [
    'load[0].window: 1 with http: HTTP/1.1 requests are not pipelined',
    "load[0].acknowledgement: 'original' with http: a reply holds one acknowledgement",
  ]
  expect(await complaints({ ...small, load: [{ ...mllp, ...load }] })).toEqual(told)
  const { transport: _, ...silent } = load
  expect(await complaints(attached('hl7+http://127.0.0.1:8080', silent))).toEqual(told)
  expect(await complaints({ ...small, load: [{ ...mllp, path: '/x' }] })).toEqual([
    "load[0].path: nothing here with transport 'mllp'",
  ])
  expect(await complaints({ ...small, load: [{ ...mllp, transport: 'http', path: 'x y' }] })).toEqual([
    "load[0].path: a path that begins with '/', without spaces",
  ])
})

test('an address and a load that say different things', async () => {
  expect(await complaints(attached('mllp://127.0.0.1:1', { transport: 'http' }))).toEqual([
    'load[0].transport: what environment.mllp says, which is not HTTP',
  ])
  expect(await complaints(attached('hl7+http://127.0.0.1:1', { transport: 'mllp' }))).toEqual([
    "load[0].transport: 'http', as environment.mllp says",
  ])
  expect(await complaints(attached('hl7+http://127.0.0.1:1/a', { path: '/b' }))).toEqual([
    'load[0].path: a path here or in environment.mllp, not both',
  ])
})

test('a built-in receiver of HTTP has no faults of MLLP framing', async () => {
  const builtin = {
    mllp: {
      faults: [
        { kind: 'no-vt', every: 2 },
        { kind: 'wrong-id', every: 3 },
      ],
    },
  }
  const input = { ...small, sut: { builtin }, load: [{ ...mllp, transport: 'http' }] }
  expect(await complaints(input)).toEqual([
    'sut.builtin.mllp.faults[0]: a fault that a receiver of HL7 over HTTP can have',
  ])
})
