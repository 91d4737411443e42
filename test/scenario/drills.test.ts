import { expect, test } from 'vitest'
import { fhir, loadInput, mllp, refusal } from './files.ts'

const drilled = {
  name: 'drilled',
  environment: { kind: 'netns', topology: 'hub', hospitals: 5 },
  load: [mllp],
  phases: { measureMs: '10s' },
  drills: [{ atMs: '2s', do: 'add-tunnel' }],
}

async function complaints(input: unknown): Promise<string[]> {
  const { complaints: found } = await refusal(loadInput(input))
  return found.map(({ path, expected }) => `${path}: ${expected}`)
}

test('a drill has a time and a name, and makes another case', async () => {
  const { cases } = await loadInput(drilled)
  expect(cases[0]!.scenario.drills).toEqual([{ atMs: 2_000, do: 'add-tunnel' }])
  const { drills: _, ...plain } = drilled
  const other = await loadInput(plain)
  expect(other.cases[0]!.scenario).not.toHaveProperty('drills')
  expect(other.cases[0]!.digest).not.toBe(cases[0]!.digest)
})

test('what a drill cannot be done to is told, all of it at once', async () => {
  expect(await complaints({ ...drilled, environment: { kind: 'process' } })).toEqual([
    "drills: environment: { kind: 'netns', topology: 'hub' }, which has tunnels to add",
  ])
  const few = { ...drilled.environment, hospitals: 3, overlapping: 1 }
  expect(
    await complaints({
      ...drilled,
      environment: few,
      load: [{ ...fhir, generators: 2 }],
      drills: [{ atMs: '10s', do: 'add-tunnel' }],
    }),
  ).toEqual([
    'environment.hospitals: at least 4: each add-tunnel adds one more, and 3 keep their tunnels',
    'drills[0].atMs: less than the measured phase, 10000 ms',
    'load: an mllp load from the hospitals without TLS, whose message is sent through what a drill adds',
  ])
  expect(await complaints({ ...drilled, drills: [{ atMs: 0, do: 'cut-region' }] })).toEqual([
    "drills[0].do: one of 'add-tunnel', 'add-port'",
  ])
})

test('a port is added wherever there is a firewall to open, whatever the VPN and however few the hospitals', async () => {
  const drills = [
    { atMs: 0, do: 'add-port' },
    { atMs: '1s', do: 'add-port' },
  ]
  for (const kind of ['ipsec', 'wireguard'])
    for (const place of [{ topology: 'site-to-site' }, { topology: 'hub', hospitals: 1 }]) {
      const { cases } = await loadInput({ ...drilled, drills, environment: { kind: 'netns', vpn: { kind }, ...place } })
      expect(cases[0]!.scenario.drills).toHaveLength(2)
    }
  const firewall =
    "drills: environment: { kind: 'netns', topology: 'hub' or 'site-to-site' }, which has a firewall to open"
  const tunnels = "drills: environment: { kind: 'netns', topology: 'hub' }, which has tunnels to add"
  expect(await complaints({ ...drilled, drills, environment: { kind: 'netns', topology: 'direct' } })).toEqual([
    firewall,
  ])
  const both = [...drills, ...drilled.drills]
  expect(await complaints({ ...drilled, drills: both, environment: { kind: 'process' } })).toEqual([tunnels, firewall])
  const siteToSite = { kind: 'netns', topology: 'site-to-site' }
  expect(await complaints({ ...drilled, drills: both, environment: siteToSite })).toEqual([tunnels])
})
