import { expect, test } from 'vitest'
import { loadInput, mllp, refusal } from './files.ts'

const loading = (environment: object) =>
  loadInput({ name: 'narrow', environment: { kind: 'netns', ...environment }, load: [mllp] })

async function complaints(environment: object): Promise<string[]> {
  const { complaints: found } = await refusal(loading(environment))
  return found.map(({ path, expected }) => `${path}: ${expected}`)
}

test('a link below the least MTU is refused with the limit', async () => {
  expect(await complaints({ link: { mtu: 575 } })).toEqual([expect.stringMatching(/^environment\.link\.mtu: .*576/)])
  await loading({ link: { mtu: 576 } })
})

test('WireGuard follows its link, and is refused where it is asked to be wider than that carries', async () => {
  const { scenario } = await loading({ vpn: { kind: 'wireguard' }, link: { mtu: 1_280 } })
  expect(scenario.environment).toMatchObject({ vpn: { kind: 'wireguard', mtu: null } })
  const wider = { vpn: { kind: 'wireguard', mtu: 1_221 } }
  const refused = ["environment.vpn.mtu: at most 1220: what a path of 1280 bytes carries beside WireGuard's own 60"]
  expect(await complaints({ ...wider, link: { mtu: 1_280 } })).toEqual(refused)
  await loading({ vpn: { kind: 'wireguard', mtu: 1_220 }, link: { mtu: 1_280 } })
  await loading({ ...wider, link: { mtu: 1_280 }, topology: 'direct' })
  expect(await complaints({ vpn: { kind: 'wireguard', mtu: 9_000 }, link: { mtu: 9_000 } })).toEqual([
    "environment.vpn.mtu: at most 1440: what a path of 1500 bytes carries beside WireGuard's own 60",
  ])
})
