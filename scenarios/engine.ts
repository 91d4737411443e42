import { defineScenario } from 'hl7bench'

/**
 * An interface engine in the middle: load goes in, and comes out at receivers of ours behind it. The engine here is hl7bench's own small relay, which
 * writes control ids of its own and forwards everything to an archive, and results to the laboratory as well. Put your engine's command under
 * `sut.start` to measure it instead: it is to listen on {mllpPort} and to forward to {downstreamMllpPort.archive} and {downstreamMllpPort.lab}.
 */
export default defineScenario({
  name: 'engine',
  description: 'One engine, two receivers behind it, one of them for results only',
  sut: {
    start:
      '{hl7bench} serve relay --port {mllpPort} --delay 20 --to mllp://127.0.0.1:{downstreamMllpPort.archive}' +
      " --to 'mllp://127.0.0.1:{downstreamMllpPort.lab},ORU^*'",
    downstream: {
      // Engines replace MSH-10, so each message carries its identity a second time.
      identity: 'PV1-50',
      receivers: [
        // The relay leaves everything but MSH as it was: bodies are compared.
        { name: 'archive', body: 'unchanged' },
        { name: 'lab', types: ['ORU^*'], body: 'unchanged' },
      ],
    },
  },
  load: [
    {
      protocol: 'mllp',
      feeds: 8,
      workload: { kind: 'open', arrivals: 'poisson', ratePerSecond: 100 },
      messages: { sizes: 'template' },
      timeoutMs: 2_000,
      // Engine and receivers need the cores that spinning would burn.
      pacing: 'sleep',
    },
  ],
  // Short, so that 30 runs take three minutes; give real measurements 30 s each.
  phases: { warmupMs: 500, measureMs: 2_000, drainMs: 2_000 },
  slo: {
    'mllp.endToEnd.p99': '< 1 s',
    'audit.lost': '= 0',
    'audit.duplicated': '= 0',
    'audit.misrouted': '= 0',
  },
  runs: 30,
})
