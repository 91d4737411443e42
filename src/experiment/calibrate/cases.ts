import type { Case } from '../../model/experiment.ts'
import type { Protocol } from '../../model/scenario.ts'
import { compileScenario } from '../../scenario/compile.ts'
import { type LoadContent, readContents } from '../../scenario/content.ts'
import { placeAt } from '../../scenario/place.ts'

/** Of every closed loop. */
export const CONNECTIONS = 16
/**
 * On a schedule the target takes as long as a quick server does: against one that answers at once, a lateness that no real run would notice is more than its share of the
 * response. Connections enough that none waits for another at 50,000 a second.
 */
export const OPEN_SERVICE_MS = 10
export const OPEN_CONNECTIONS = 500
/** Of the target that both engines are set against: autocannon counts whole milliseconds. */
export const SERVICE_MS = 20
export const WARMUP_MS = 300
const DRAIN_MS = 1_000
const POPULATION = 1_000
/** In a closed loop a generator that has no CPU time to spare is the finding, not a fault. */
const ANY_CPU_SHARE = 64

export interface CalibrationCase {
  readonly testCase: Case
  readonly contents: readonly LoadContent[]
}

/** As fast as one generator goes: 16 connections, each sends again at once. */
export const closedCase = (protocol: Protocol, measureMs: number): Promise<CalibrationCase> =>
  compile({
    name: `calibrate-${protocol}-closed`,
    load: loadOf(protocol, { workload: { kind: 'closed' } }),
    measureMs,
    serviceMs: 0,
    validity: { maxCpuShare: ANY_CPU_SHARE },
  })

/** A constant rate. */
export const openCase = (protocol: Protocol, ratePerSecond: number, measureMs: number): Promise<CalibrationCase> =>
  compile({
    name: `calibrate-${protocol}-open-${ratePerSecond}`,
    load: loadOf(protocol, {
      connections: OPEN_CONNECTIONS,
      workload: { kind: 'open', arrivals: 'constant', ratePerSecond },
    }),
    measureMs,
    serviceMs: OPEN_SERVICE_MS,
    validity: {},
  })

export type Engine = 'own' | 'autocannon'

/** A closed loop of one engine against a target that takes 20 ms. */
export const engineCase = (engine: Engine, measureMs: number): Promise<CalibrationCase> =>
  compile({
    name: `calibrate-engine-${engine}`,
    load: loadOf('fhir', { workload: { kind: 'closed' }, engine }),
    measureMs,
    serviceMs: SERVICE_MS,
    validity: {},
  })

function loadOf(protocol: Protocol, rest: object): object {
  const common = { protocol, connections: CONNECTIONS, ...rest }
  if (protocol === 'mllp') return common
  const operations = [{ search: 'Patient', by: 'hicnHash', expectTotal: 1 }]
  return { ...common, population: POPULATION, operations }
}

interface Parts {
  readonly name: string
  readonly load: object
  readonly measureMs: number
  readonly serviceMs: number
  readonly validity: object
}

async function compile({ name, load, measureMs, serviceMs, validity }: Parts): Promise<CalibrationCase> {
  const behaviour = { serviceTime: { distribution: 'constant', meanMs: serviceMs } }
  const raw = {
    name,
    environment: { kind: 'process' },
    sut: { builtin: { mllp: behaviour, fhir: behaviour } },
    load: [load],
    phases: { warmupMs: WARMUP_MS, measureMs, drainMs: DRAIN_MS },
    validity,
    runs: 1,
  }
  const folder = process.cwd()
  const loaded = compileScenario(
    { raw, module: null, locate: () => null },
    { overrides: [], findings: [] },
    { place: placeAt(folder, null), folder, sourceName: name, given: 'calibrate', mask: text => text },
  )
  const [testCase] = loaded.cases
  return { testCase: testCase!, contents: (await readContents(loaded)).get(testCase!.id)! }
}
