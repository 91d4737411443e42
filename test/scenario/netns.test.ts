import { expect, test } from 'vitest'
import { IPSEC_DEFAULTS } from '../../src/model/netns.ts'
import { loadInput, mllp, refusal } from './files.ts'

const scenario = (vpn: object, vary: object = {}) => ({
  name: 'vpn',
  environment: { kind: 'netns', topology: 'site-to-site', vpn },
  load: [mllp],
  vary,
})
const vpnsOf = async (input: object) =>
  (await loadInput(input)).cases.map(({ scenario: { environment } }) => 'vpn' in environment && environment.vpn)

test('a VPN is IPsec where a scenario does not say what kind it is', async () => {
  expect(await vpnsOf(scenario({ cipher: 'aes256gcm16' }))).toEqual([{ ...IPSEC_DEFAULTS, cipher: 'aes256gcm16' }])
  expect(await vpnsOf(scenario({}))).toEqual([IPSEC_DEFAULTS])
  const vary = { 'environment.vpn.rekeySeconds': [60, 120] }
  expect(await vpnsOf(scenario({ pfs: false }, vary))).toEqual(
    [60, 120].map(rekeySeconds => ({ ...IPSEC_DEFAULTS, pfs: false, rekeySeconds })),
  )
  expect(await vpnsOf(scenario({}, { 'environment.vpn.kind': ['ipsec', 'wireguard'] }))).toMatchObject([
    { kind: 'ipsec' },
    { kind: 'wireguard' },
  ])
})

test('to say what kind a VPN is makes no other case of it', async () => {
  const digests = await Promise.all(
    [{}, { kind: 'ipsec' }].map(async vpn => (await loadInput(scenario(vpn))).cases[0]!.digest),
  )
  expect(digests[0]).toBe(digests[1])
})

test('a setting of another kind of VPN is told with the kind that it belongs to', async () => {
  for (const [vpn, hint] of [
    [{ mtu: 1_400 }, "it belongs to kind: 'wireguard'"],
    [{ kind: 'wireguard', pfs: true }, "it belongs to kind: 'ipsec'"],
    [{ kind: 'ipsek' }, "did you mean 'ipsec'?"],
  ] as const) {
    const { complaints } = await refusal(loadInput(scenario(vpn)))
    expect(complaints).toMatchObject([{ hint }])
  }
})
