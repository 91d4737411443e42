import { defineScenario } from 'hl7bench'

const HOSPITALS = 50
const FEEDS = 500
/** Keys are renewed this often, so that a run of five minutes sees it happen on every tunnel several times. */
const REKEY_SECONDS = 60

/**
 * A soak: hundreds of feeds of one message a second each, held open for minutes over the tunnels of many hospitals. The report tells how often
 * keys were renewed, and the p99 of what was sent close to it against the rest.
 * Two hospitals have gateways and hosts apart, to prove that they cannot reach each other; the load comes from them too.
 * `hl7bench capacity scenarios/vpn-feeds.ts --over feeds` (or `--over tunnels`) searches how many more the gateway carries.
 */
export default defineScenario({
  name: 'vpn-feeds',
  description: `${FEEDS} slow feeds of ${HOSPITALS} hospitals, keys renewed every ${REKEY_SECONDS} s`,
  environment: {
    kind: 'netns',
    topology: 'hub',
    hospitals: HOSPITALS,
    vpn: { kind: 'ipsec', rekeySeconds: REKEY_SECONDS },
  },
  load: [
    {
      protocol: 'mllp',
      feeds: FEEDS,
      // Each hospital's own rhythm: Poisson, whatever the others do.
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 1, perFeed: true },
      window: 1,
      messages: { sizes: 'template' },
      timeoutMs: 10_000,
    },
  ],
  phases: { warmupMs: '10s', measureMs: '5m', drainMs: '10s' },
  slo: { 'mllp.response.p99': '< 500 ms', 'mllp.errors': '= 0', 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
  runs: 1,
})
