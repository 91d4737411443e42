import { expect, test } from 'vitest'
import { fhir, loadInput, mllp, refusal } from './files.ts'

const back = { ...mllp, name: 'results', from: 'application' } as const
const both = { name: 'both', environment: { kind: 'netns' }, load: [mllp, back] }

async function complaints(input: unknown): Promise<string[]> {
  const { complaints: found } = await refusal(loadInput(input))
  return found.map(({ path, expected }) => `${path}: ${expected}`)
}

test('a load comes from the hospitals unless it says that it comes from the application', async () => {
  const { scenario } = await loadInput(both)
  expect(scenario.load.map(({ from }) => from)).toEqual([undefined, 'application'])
})

test('a direction that a load has anyway is the same case as one that is left out', async () => {
  const digestOf = async (input: unknown) => (await loadInput(input)).cases[0]!.digest
  expect(await digestOf({ ...both, load: [{ ...mllp, from: 'hospitals' }, back] })).toBe(await digestOf(both))
  expect(await digestOf({ ...both, load: [mllp, { ...back, from: 'hospitals' }] })).not.toBe(await digestOf(both))
})

test('what load from the application cannot have is told, all of it at once', async () => {
  expect(await complaints({ ...both, environment: { kind: 'process' } })).toEqual([
    "load[1].from: 'hospitals': there are none in the environment process",
  ])
  expect(
    await complaints({
      ...both,
      load: [
        { ...back, tls: true },
        { ...fhir, from: 'application' },
      ],
    }),
  ).toEqual([
    'load[0].tls: no TLS: the receivers at hospitals do not speak it',
    "load[1].protocol: 'mllp': the receivers at hospitals speak HL7 v2",
    'load: a load from the hospitals too: the SUT is what they load',
  ])
  expect(await complaints({ ...both, sut: { start: 'engine {mllpPort}', downstream: {} } })).toEqual([
    'sut.downstream: none beside a load from the application: only what goes through the SUT is followed',
  ])
})

test('a hub needs a generator for each host that plays hospitals, and says how many', async () => {
  const environment = { kind: 'netns', topology: 'hub', hospitals: 6, overlapping: 2 }
  expect(await complaints({ name: 'hub', environment, load: [mllp] })).toEqual([
    'load[0].generators: at least 3: each of the 2 overlapping hospitals has a host of its own, and a generator runs on one',
  ])
  await loadInput({ name: 'hub', environment, load: [{ ...mllp, generators: 3 }, back] })
})
