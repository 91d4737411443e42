import { defineScenario } from '../../src/scenario/define.ts'

/** Runs as short as they can be: what is put to the test is the judgement of many, not the measurement of one. */
export default defineScenario({
  name: 'truth',
  load: [
    {
      protocol: 'mllp',
      feeds: 16,
      workload: { kind: 'closed' },
      messages: { mix: { 'ADT^A01': 1 } },
    },
  ],
  phases: { warmupMs: 10, measureMs: 70, drainMs: 1_000 },
  runs: 30,
})
