import { defineScenario } from 'hl7bench'

/**
 * A hospital behind its VPN gateway, ours in front of the application, and the same without a VPN: what does each cipher cost?
 * `hl7bench run scenarios/vpn-gateway.ts` sets latency and errors at one rate against `direct`, block by block;
 * `hl7bench capacity scenarios/vpn-gateway.ts` searches the highest rate of each. No root; needs strongSwan (`hl7bench doctor`).
 */
export default defineScenario({
  name: 'vpn-gateway',
  description: 'One hospital on one VPN gateway, IKEv2, by cipher, beside no VPN',
  environment: { kind: 'netns', vpn: { kind: 'ipsec' }, checks: 'first' },
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
  vary: {
    'environment.topology': ['direct', 'site-to-site'],
    'environment.vpn.cipher': ['aes128gcm16', 'aes256gcm16', 'aes256-sha256', 'chacha20poly1305'],
  },
})
