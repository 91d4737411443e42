import { defineScenario } from 'hl7bench'

/**
 * The end of an outage: what every feed has kept is due at once. `mllp.drain` is the time until the last of it was answered; the response times are what
 * messages waited since the outage ended.
 */
const FEEDS = 50
const BACKLOG_PER_FEED = 40

export default defineScenario({
  name: 'drain',
  description: `${FEEDS} MLLP feeds send a backlog of ${BACKLOG_PER_FEED} messages each, as fast as their acknowledgements come`,
  load: [
    {
      protocol: 'mllp',
      feeds: FEEDS,
      workload: { kind: 'open', backlogPerFeed: BACKLOG_PER_FEED },
      window: 1,
      messages: { sizes: 'template' },
    },
  ],
  phases: { measureMs: '60s' },
  slo: { 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
})
