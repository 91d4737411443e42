import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { charons, ipsecTunnels } from '../../../src/environment/netns/ipsec.ts'
import { deviceMtu } from '../../../src/environment/netns/narrowDevices.ts'
import { largestInEsp, pathMtu } from '../../../src/environment/netns/tunnelMtu.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import { siteToSite } from '../../../src/environment/topology/siteToSite.ts'
import { CIPHERS, type Cipher } from '../../../src/model/topology.ts'
import { IPSEC, KERNEL } from './support.ts'

const site = (mtu: number | null, cipher: Cipher = 'aes128gcm16') =>
  siteToSite({
    ...{ vpn: { ...IPSEC, cipher }, internet: { mtu, impairment: null } },
    ...{ ports: [2575], receiverPort: 2576 },
  })

/** Bytes of a packet that carries another by ESP in UDP, reckoned forwards (RFC 4303, 2.4; RFC 3948). */
function outerBytes(cipher: Cipher, inner: number): number {
  const [vector, tag, multiple] = cipher === 'aes256-sha256' ? [16, 16, 16] : [8, 16, 4]
  return 20 + 8 + 8 + vector + Math.ceil((inner + 2) / multiple) * multiple + tag
}

group('what a tunnel carries', () => {
  test('is what vendors tell of a path of 1500 bytes', () => {
    expect(largestInEsp('aes128gcm16', 1_500)).toBe(1_438)
    expect(largestInEsp('aes256-sha256', 1_500)).toBe(1_422)
  })

  test('fits the path, and one byte more would not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CIPHERS), fc.integer({ min: 576, max: 9_000 }), (cipher, path) => {
        const inner = largestInEsp(cipher, path)
        expect(outerBytes(cipher, inner)).toBeLessThanOrEqual(path)
        expect(outerBytes(cipher, inner + 1)).toBeGreaterThan(path)
      }),
    )
  })

  test('follows the narrowest link between its gateways, and no other', () => {
    const options = {
      hospitals: 3,
      overlapping: 1,
      translatedBy: 'us',
      vpn: IPSEC,
      sharedPorts: [1],
      receiverPort: 2,
    } as const
    const topology = hub({ ...options, internet: { mtu: 1_400, impairment: null } })
    const narrowed = topology.links.map(each => (each.name === 'internet-1' ? { ...each, mtu: 1_000 } : each))
    const paths = topology.tunnels.map(tunnel => pathMtu({ ...topology, links: narrowed }, [tunnel]))
    const narrow = topology.tunnels.findIndex(({ initiator }) => initiator.host === 'og1')
    expect(paths).toEqual(topology.tunnels.map((_, place) => (place === narrow ? 1_000 : 1_400)))
    expect(paths).toContain(1_000)
  })

  test('has long messages of IKE cut to fit the path', () => {
    const cutTo = (mtu: number | null) =>
      /fragment_size = (\d+)/.exec(charons(site(mtu), { ...KERNEL, esp: 'libipsec' }).files[0]!.text)![1]
    expect([cutTo(null), cutTo(1_280), cutTo(576)]).toEqual(['1280', '1280', '576'])
  })

  test('is never more than libipsec gives its device, and what the cipher leaves below that', () => {
    const mtuOf = (mtu: number | null, cipher?: Cipher) => {
      const topology = site(mtu, cipher)
      return deviceMtu(topology, ipsecTunnels(topology))
    }
    expect([mtuOf(null), mtuOf(9_000), mtuOf(1_450), mtuOf(1_450, 'aes256-sha256'), mtuOf(576)]).toEqual([
      1_400, 1_400, 1_386, 1_374, 514,
    ])
  })
})
