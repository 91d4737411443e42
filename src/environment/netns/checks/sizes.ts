import { LADDER_BYTES, longMessageBytes } from '../../../model/checkedSizes.ts'
import type { CheckResult } from '../../../model/environment.ts'
import type { Hospital } from '../../../model/topology.ts'
import type { Attempt } from '../probe/request.ts'
import { ANSWERED_MS, type Proof } from './check.ts'
import { DEFAULT_PORT } from './reachability.ts'
import { sampled } from './sample.ts'

/** A connection of either side carries each size there and back. */
const TRANSFERS = 4

const WAYS = ['hospital to application', 'application to hospital'] as const
type Way = (typeof WAYS)[number]

/** A message of one size on a connection that one side opened. */
interface Trial {
  readonly hospital: Hospital
  /** From who opens the connection to the other. */
  readonly way: Way
  readonly plan: Attempt['plan']
}

type Tried = Trial & { readonly outcome: Attempt['outcome'] }

/** Whether messages of every size get through whole, in both directions, whoever opens the connection. */
export async function sizes(site: Proof): Promise<CheckResult> {
  const hospitals = sizedHospitals(site)
  const tried = await tryAll(site, trialsOf(site, hospitals))
  const broken = WAYS.flatMap(way => tellBroken(way, tried))
  return {
    name: 'mtu',
    passed: broken.length === 0,
    evidence: broken.length > 0 ? broken.join('; ') : tellWhole(hospitals.length, tried),
  }
}

/** The first, and the others that are tried anyway. */
export function sizedHospitals(site: Proof): readonly Hospital[] {
  return [...new Set([site.topology.hospitals[0]!, ...sampled(site)])]
}

/** Sent by the first hospital only. */
const longestBytes = (topology: Proof['topology']) => longMessageBytes(slowestMbit(topology))

function slowestMbit({ links }: Proof['topology']): number | null {
  const rates = links.flatMap(({ impairment }) => impairment?.rateMbit ?? [])
  return rates.length === 0 ? null : Math.min(...rates)
}

function trialsOf({ topology }: Proof, hospitals: readonly Hospital[]): readonly Trial[] {
  return hospitals.flatMap((hospital, place) => {
    const { address, ports, reachedAt, receiverPort } = hospital
    const there = { from: address, host: topology.applicationAddress, port: ports[0] ?? DEFAULT_PORT, fill: 'hl7 ' }
    const back = { from: null, host: reachedAt, port: receiverPort, fill: 'hl7 ' }
    const ladder = LADDER_BYTES.flatMap((bytes): Trial[] => [
      { hospital, way: 'hospital to application', plan: { ...there, bytes, echo: true } },
      { hospital, way: 'application to hospital', plan: { ...back, bytes, echo: true } },
    ])
    return place > 0
      ? ladder
      : [...ladder, { hospital, way: 'hospital to application', plan: { ...there, bytes: longestBytes(topology) } }]
  })
}

/** All at once, by the probes of the hosts that open the connections. */
async function tryAll({ topology, probes }: Proof, trials: readonly Trial[]): Promise<readonly Tried[]> {
  const opener = ({ hospital, way }: Trial) => (way === WAYS[0] ? hospital.host : topology.application)
  const hospitals = new Set(trials.map(({ hospital }) => hospital)).size
  const byHost = Object.entries(Object.groupBy(trials, opener))
  const tried = await Promise.all(
    byHost.map(async ([host, own]) => {
      const plans = own!.map(({ plan }) => plan)
      const outcomes = await probes.tryAll(host, plans, longestMs(topology, hospitals))
      return own!.map((trial, index) => ({ ...trial, outcome: outcomes[index]! }))
    }),
  )
  return tried.flat()
}

const FAST_MBIT = 1_000

/** Time for everything that is sent at once, at a third of the rate of the slowest link. */
function longestMs(topology: Proof['topology'], hospitals: number): number {
  const slowest = Math.min(slowestMbit(topology) ?? FAST_MBIT, FAST_MBIT)
  const ladderBytes = LADDER_BYTES.reduce((sum, bytes) => sum + bytes)
  const bytes = longestBytes(topology) + hospitals * TRANSFERS * ladderBytes
  return 2 * ANSWERED_MS + (3 * bytes * 8) / (slowest * 1_000)
}

/** In which direction something was lost: the way of the connection, or the way back of its echo. */
function lostWay({ way, outcome }: Tried): Way | null {
  if (outcome.state === 'answered') return outcome.whole ? null : way
  return outcome.delivered ? WAYS.find(other => other !== way)! : way
}

function tellBroken(way: Way, tried: readonly Tried[]): string[] {
  const lost = tried.filter(trial => lostWay(trial) === way)
  const first = lost[0]
  if (first === undefined) return []
  const bytes = [...new Set(lost.map(({ plan }) => plan.bytes))].sort((a, b) => a - b)
  const hospitals = new Set(lost.map(({ hospital }) => hospital)).size
  const who = `${first.hospital.address}${hospitals > 1 ? ` and ${hospitals - 1} more` : ''}`
  const reason = first.outcome.state === 'failed' ? first.outcome.reason : 'altered'
  const inEchoes = lost.every(trial => trial.way !== way) ? ', in answers only' : ''
  return [
    `${way}${inEchoes}: ${bytes.map(size => `${size} bytes`).join(', ')} did not get through whole (hospital ${who}: ${reason})`,
  ]
}

function tellWhole(hospitals: number, tried: readonly Tried[]): string {
  const { plan, outcome } = tried.toSorted((a, b) => b.plan.bytes - a.plan.bytes)[0]!
  const tookMs = outcome.state === 'answered' ? outcome.wholeMs.toFixed(0) : '?'
  const who = hospitals === 1 ? 'the hospital' : `${hospitals} hospitals`
  return (
    `${LADDER_BYTES.length} sizes from ${LADDER_BYTES[0]} bytes to 64 kB between ${who} and the application arrived whole, ` +
    `in both directions of connections of either side, and ${plan.bytes / 1e6} MB from the first hospital, which took ${tookMs} ms`
  )
}
