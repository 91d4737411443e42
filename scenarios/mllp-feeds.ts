import { defineScenario } from 'hl7bench'

/**
 * Many hospitals on one receiver: each feed is a connection of its own with one message in flight, as MLLP senders behave.
 * 200 feeds at 3 messages a second are 600/s. Put your engine under `sut.start` to measure it instead of the built-in receiver,
 * which takes some 10 ms for a message, as one that stores it before it answers.
 */
const FEEDS = 200
const MESSAGES_PER_FEED_PER_SECOND = 3

export default defineScenario({
  name: 'mllp-feeds',
  description: `${FEEDS} MLLP feeds, ${MESSAGES_PER_FEED_PER_SECOND} messages a second each`,
  sut: { builtin: { mllp: { serviceTime: { distribution: 'lognormal', meanMs: 10, cv: 0.5 } } } },
  load: [
    {
      protocol: 'mllp',
      feeds: FEEDS,
      // Independent hospitals do not take turns: each has a Poisson process of its own. Open: they wait for nobody's replies either.
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: MESSAGES_PER_FEED_PER_SECOND, perFeed: true },
      window: 1,
      messages: { sizes: 'template', population: 10_000 },
      // A sender that hears nothing sends again, with the same MSH-10: the audit shows what that duplicates.
      onUnknown: 'resend',
      maxAttempts: 3,
    },
  ],
  phases: { warmupMs: '5s', measureMs: '30s', drainMs: '10s' },
  slo: { 'mllp.response.p99': '< 250 ms', 'mllp.errors': '< 0.1%', 'audit.lost': '= 0' },
})
