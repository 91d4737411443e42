import { expect, test } from 'vitest'
import { readContents } from '../../src/scenario/content.ts'
import { fhir, loadInput, mllp, refusal } from './files.ts'

const forwarding = {
  name: 'engine',
  sut: { start: './engine {mllpPort} {downstreamMllpPort}', downstream: {} },
  load: [mllp],
}

async function complaints(input: unknown): Promise<string[]> {
  const { complaints: found } = await refusal(loadInput(input))
  return found.map(({ path, expected }) => `${path}: ${expected}`)
}

test('downstream: {} is one receiver that every message is to reach once, bodies not compared', async () => {
  const { scenario } = await loadInput(forwarding)
  expect(scenario.sut.downstream).toMatchObject({
    identity: 'PV1-50.1',
    receivers: [{ name: 'downstream', types: ['*'], copies: 1, body: 'any', port: 0 }],
  })
})

test('every contradiction is told: no SUT that forwards, a FHIR load, names twice, unknown names in the command', async () => {
  const receivers = [{ name: 'lab' }, { name: 'lab' }]
  expect(await complaints({ ...forwarding, sut: { downstream: {} } })).toEqual([
    'sut.downstream: a SUT that forwards (sut.start), or attached servers',
  ])
  expect(await complaints({ ...forwarding, load: [mllp, fhir] })).toEqual([
    "load[1].protocol: 'mllp' with sut.downstream: only MLLP is followed through the SUT",
  ])
  expect(
    await complaints({
      ...forwarding,
      sut: { start: './engine {downstreamMllpPort.labb}', downstream: { receivers } },
    }),
  ).toEqual([
    'sut.start: {downstreamMllpPort}, or one of {downstreamMllpPort.lab}, {downstreamMllpPort.lab}',
    'sut.downstream.receivers[1].name: a name that no other receiver has',
  ])
  expect(await complaints({ ...forwarding, sut: { start: './engine {downstreamMllpPort}' } })).toEqual([
    'sut.start: no port of a downstream receiver without sut.downstream',
  ])
})

test('an attached engine forwards to a port that is known', async () => {
  const attached = { name: 'engine', environment: { kind: 'attached', mllp: 'mllp://127.0.0.1:2575' }, load: [mllp] }
  expect(await complaints({ ...attached, sut: { downstream: {} } })).toEqual([
    'sut.downstream.receivers[0].port: the port that the attached server forwards to',
  ])
  const { cases } = await loadInput({ ...attached, sut: { downstream: { receivers: [{ port: 2_577 }] } } })
  expect(cases[0]!.scenario.sut.downstream?.receivers[0]?.port).toBe(2_577)
})

test('what only receivers behind a SUT can tell is no limit without them', async () => {
  const slo = { 'mllp.endToEnd.p99': '< 1 s', 'audit.misrouted': '= 0' }
  expect(await complaints({ name: 'plain', load: [mllp], slo })).toEqual([
    'slo["mllp.endToEnd.p99"]: sut.downstream beside it: only receivers behind the SUT can tell',
    'slo["audit.misrouted"]: sut.downstream beside it: only receivers behind the SUT can tell',
  ])
  const { scenario } = await loadInput({ ...forwarding, slo })
  expect(scenario.slo.map(({ metric, limit }) => [metric, limit])).toEqual([
    ['mllp.endToEnd.p99', 1_000],
    ['audit.misrouted', 0],
  ])
})

test('identities and types are checked where they are written', async () => {
  const wrong = {
    ...forwarding,
    sut: { ...forwarding.sut, downstream: { identity: 'MSH-7', receivers: [{ types: ['ADT-A01'] }] } },
  }
  expect(await complaints(wrong)).toEqual([
    "sut.downstream.identity: a field such as 'PV1-50', 'ORC-2.1' or 'ZHB-1', or 'MSH-10' where it survives",
    "sut.downstream.receivers[0].types[0]: a message type such as 'ORU^R01', or a pattern such as 'ADT^A0*'",
  ])
})

test('a place that a message type does not have is told before anything runs', async () => {
  const sut = { ...forwarding.sut, downstream: { identity: 'ORC-2' } }
  const messages = { mix: { 'ADT^A01': 1, 'ORM^O01': 1 } }
  const loaded = await loadInput({ ...forwarding, sut, load: [{ ...mllp, messages }] })
  const { complaints: found } = await refusal(readContents(loaded))
  expect(found.map(({ path, found: what }) => `${path}: ${what}`)).toEqual([
    'load[0].messages: ADT^A01 of the built-in templates has no ORC segment to carry the identity at ORC-2.1; name another place, such as ZHB-1, which is added',
  ])
})

test('what is declared behind a SUT decides what is measured', async () => {
  const digestOf = async (downstream: object) =>
    (await loadInput({ ...forwarding, sut: { ...forwarding.sut, downstream } })).cases[0]!.digest
  const digests = await Promise.all([
    digestOf({}),
    digestOf({ identity: 'ZHB-1' }),
    digestOf({ receivers: [{ copies: 2 }] }),
  ])
  expect(new Set(digests).size).toBe(3)
  expect(await digestOf({})).toBe(digests[0])
})
