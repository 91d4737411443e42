import type { Clone, Provisioner } from '../../src/model/environment.ts'
import type { PlannedRun } from '../../src/model/experiment.ts'
import { inlineGenerator } from './inlineGenerator.ts'
import type { KeptTarget } from './keptTarget.ts'

/** Clones that are all the same kept target, told before each run how long a request takes. */
export function keptProvisioner(target: KeptTarget, serviceTimeMs: (run: PlannedRun) => number): Provisioner {
  const clone = (id: string): Clone => ({
    id,
    provisionMs: 0,
    async start(run) {
      await target.serve(serviceTimeMs(run))
      return {
        mllp: target.endpoint,
        fhir: null,
        startMs: 0,
        arrivals: { mllp: null, fhir: null },
        downstream: [],
        tls: [],
        auth: [],
        ended: new Promise(() => {}),
        stop: async () => {},
      }
    },
    spawnGenerator: async () => inlineGenerator(),
    release: async () => ({ releaseMs: 0, leaks: [] }),
  })
  return { kind: 'kept', preflight: async () => [], provision: async (_scenario, { cloneId }) => clone(cloneId) }
}
