import { defineScenario } from 'hl7bench'

/**
 * One gateway with 1 to 1,000 tunnels, and the same load over all of them: what does a tunnel cost that carries little? The report tells how long it took
 * until all were up, and what the gateway's daemon used in CPU and memory.
 * Two hospitals have gateways and hosts apart, to prove that they cannot reach each other; the load comes from them too.
 */
export default defineScenario({
  name: 'vpn-tunnels',
  description: '1,000 feeds over 1, 10, 100, 500 and 1,000 tunnels on one gateway',
  environment: { kind: 'netns', topology: 'hub', vpn: { kind: 'ipsec' } },
  load: [
    {
      protocol: 'mllp',
      feeds: 1_000,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100 },
      window: 1,
      messages: { sizes: 'template' },
      timeoutMs: 10_000,
    },
  ],
  // Short, to try it; give real measurements 30 s each.
  phases: { warmupMs: '2s', measureMs: '5s', drainMs: '10s' },
  slo: { 'mllp.response.p99': '< 500 ms', 'audit.lost': '= 0' },
  vary: { 'environment.hospitals': [1, 10, 100, 500, 1_000] },
})
