import { PassThrough } from 'node:stream'
import { Fates } from '../../src/ledger/fate.ts'
import type { Clone, GeneratorProcess, Provisioner } from '../../src/model/environment.ts'
import type { PlannedRun } from '../../src/model/experiment.ts'
import type { GeneratorPlan, GeneratorResult } from '../../src/model/generator.ts'
import { createHistogram, encode, quantilesOf, recordMs } from '../../src/stats/histogram.ts'

/** What the generator of a run does: how many messages it got accepted, or how it ends instead. */
export type Script =
  | { readonly accepted: number; readonly dropped?: number; readonly pauseMs?: number }
  | 'exits'
  | 'cannot-connect'
  | 'hangs'

export interface Scripted {
  readonly provisioner: Provisioner
  /** What happened, in order: `provision c0001`, `start r0001`, `stop r0001`, `release c0001`. */
  readonly events: string[]
}

/** An environment whose generators answer by a script, without any process. */
export function scriptedProvisioner(
  script: (run: PlannedRun) => Script,
  failsToProvision: (cloneId: string) => boolean = () => false,
  targetEnds: Promise<string> = new Promise(() => {}),
): Scripted {
  const events: string[] = []
  const provisioner: Provisioner = {
    kind: 'process',
    preflight: async () => [],
    async provision(_scenario, { cloneId }) {
      if (failsToProvision(cloneId)) throw new Error('no machine to be had')
      events.push(`provision ${cloneId}`)
      return clone(cloneId, script, events, targetEnds)
    },
  }
  return { provisioner, events }
}

function clone(id: string, script: (run: PlannedRun) => Script, events: string[], targetEnds: Promise<string>): Clone {
  let current: PlannedRun | null = null
  const endpoint = { host: '127.0.0.1', port: 1 }
  return {
    id,
    provisionMs: 3,
    async start(run) {
      current = run
      events.push(`start ${run.id}`)
      return {
        mllp: endpoint,
        fhir: { ...endpoint, basePath: '' },
        startMs: 2,
        arrivals: { mllp: null, fhir: null },
        downstream: [],
        tls: [],
        auth: [],
        ended: targetEnds,
        stop: async () => void (events.at(-1) !== `stop ${run.id}` && events.push(`stop ${run.id}`)),
      }
    },
    spawnGenerator: async () => scriptedGenerator(() => script(current!)),
    async release() {
      events.push(`release ${id}`)
      return { releaseMs: 1, leaks: [] }
    },
  }
}

function scriptedGenerator(script: () => Script): GeneratorProcess {
  const input = new PassThrough()
  const output = new PassThrough()
  const print = (line: object) => output.write(`${JSON.stringify(line)}\n`)
  let exit: (end: { code: number | null; signal: string | null }) => void = () => {}
  const exited = new Promise<{ code: number | null; signal: string | null }>(resolve => {
    exit = resolve
  })
  let plan: GeneratorPlan | null = null
  input.on('data', (bytes: Buffer) => {
    for (const line of bytes.toString().split('\n').filter(Boolean)) {
      const what = script()
      if (plan === null) {
        plan = JSON.parse(line) as GeneratorPlan
        if (what === 'cannot-connect') print({ type: 'error', stage: 'connect', fault: 'target', message: 'refused' })
        else print({ type: 'ready', connections: plan.load.connections })
      } else if (what === 'exits') exit({ code: 7, signal: null })
      else if (typeof what === 'object') {
        print({
          type: 'tick',
          atMs: 1,
          phase: 'measure',
          arrivals: what.accepted,
          accepted: what.accepted,
          failed: 0,
          outstanding: 0,
          p50Ms: 1,
          p99Ms: 1,
        })
        print({ type: 'result', ...resultOf(plan, what.accepted, what.dropped ?? 0, what.pauseMs ?? 0) })
      }
    }
  })
  return {
    pid: 1,
    input,
    output,
    errors: new PassThrough(),
    exited,
    kill: () => exit({ code: null, signal: 'SIGKILL' }),
  }
}

function resultOf(plan: GeneratorPlan, accepted: number, dropped: number, pauseMs: number): GeneratorResult {
  const times = createHistogram()
  const fates = new Fates()
  for (let i = 0; i < accepted; i++) {
    recordMs(times, 10)
    fates.set(i, 'accepted', 1)
  }
  const none = createHistogram()
  const counts = { accepted, rejected: 0, mismatched: 0, unknown: 0, dropped, unfinished: 0 }
  return {
    measured: counts,
    total: counts,
    acceptedInPhase: accepted,
    measuredMs: plan.phases.measureMs,
    histograms: {
      response: encode(times),
      lag: encode(none),
      queue: encode(none),
      service: encode(times),
      commit: encode(none),
    },
    unanswered: 0,
    reasons: {},
    alarms: {},
    tolerated: {},
    ackErrors: {},
    refusals: {},
    resends: 0,
    redials: 0,
    handshakes: null,
    resumed: null,
    hash: null,
    bytesOut: 0,
    bytesIn: 0,
    ledger: fates.encode(),
    pauses: encode(none),
    health: {
      pid: 1,
      node: 'v24',
      due: accepted,
      ready: accepted,
      connectionsWanted: 1,
      connectionsOpened: 1,
      localErrors: {},
      loopDelayP99Ms: 1,
      loopDelayMaxMs: pauseMs,
      pausedMs: 0,
      cpuShare: 0.1,
      loopBusyShare: 0.1,
      starvedShare: 0,
      stolenShare: 0,
      gcMs: 0,
      gcMaxMs: 0,
      maxRssBytes: 1,
      lag: quantilesOf(none, 0, 1, null, 1),
    },
  }
}
