import { defineScenario } from 'hl7bench'

/**
 * The same hospital and application by IPsec and by WireGuard, and without a VPN. Look at the mechanisms that the report names: what this machine does in
 * user space is a figure of that method, not of a product. Needs strongSwan and WireGuard (`hl7bench doctor`).
 */
export default defineScenario({
  name: 'vpn-vs-wireguard',
  description: 'IPsec and WireGuard between the same two networks, beside no VPN',
  environment: { kind: 'netns', checks: 'first' },
  load: [
    {
      protocol: 'mllp',
      feeds: 40,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 200 },
      window: 1,
      messages: { sizes: 'template' },
      timeoutMs: 5_000,
    },
  ],
  // Short, to try it; give real measurements 30 s each.
  phases: { warmupMs: '1s', measureMs: '3s', drainMs: '5s' },
  slo: { 'mllp.response.p99': '< 250 ms', 'audit.lost': '= 0' },
  vary: { 'environment.topology': ['direct', 'site-to-site'], 'environment.vpn.kind': ['ipsec', 'wireguard'] },
})
