import { DRILLS, type Drill, type DrillName } from '../model/drill.ts'
import type { TopologyName } from '../model/netns.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'
import type { Finding } from './finding.ts'
import type { Parts } from './parse.ts'
import { resolvePhases } from './resolvePhases.ts'

/** Hospitals of a hub that keep their tunnels besides the overlapping ones: they have gateways of their own. */
const KEPT = 2
/** One digit of every identity tells loads and drills apart. */
const MOST_TOLD_APART = 35

/** What drills need of the rest of the scenario. */
export function checkDrills({ drills, environment, load: loads, phases, sut }: Parts): readonly Finding[] {
  if (!drills || drills.length === 0) return []
  const known = loads.filter(load => load !== undefined)
  const isWhole = known.length === loads.length && loads.length > 0
  return [
    ...(environment ? checkPlace(environment, drills) : []),
    ...(isWhole && phases ? checkTimes(drills, resolvePhases(phases, known).measureMs) : []),
    ...(isWhole && !known.some(carries) ? [noMessage()] : []),
    ...(loads.length + drills.length > MOST_TOLD_APART
      ? [
          {
            path: ['drills'],
            expected: `at most ${MOST_TOLD_APART} loads and drills together`,
            found: loads.length + drills.length,
            hint: null,
          },
        ]
      : []),
    ...(sut && sut.downstream !== null
      ? [
          {
            path: ['sut', 'downstream'],
            expected: 'none beside drills: their messages are not followed',
            found: sut.downstream,
            hint: 'put one of the two into a scenario of its own',
          },
        ]
      : []),
  ]
}

interface Carrier {
  readonly protocol: string
  readonly from?: string
  readonly tls?: unknown
  readonly transport?: string | undefined
}

/** Whether the message of a drill can be one of this load: it goes to the SUT by plain MLLP. */
export const carries = ({ protocol, from, tls, transport = 'mllp' }: Carrier): boolean =>
  protocol === 'mllp' && from !== 'application' && !tls && transport === 'mllp'

const noMessage = (): Finding => ({
  path: ['load'],
  expected: 'an mllp load from the hospitals without TLS, whose message is sent through what a drill adds',
  found: 'none',
  hint: 'add one',
})

/** What a clone must have for a drill to be done to it. */
const PLACES: Readonly<Record<DrillName, { readonly topologies: readonly TopologyName[]; readonly expected: string }>> =
  {
    'add-tunnel': {
      topologies: ['hub'],
      expected: "environment: { kind: 'netns', topology: 'hub' }, which has tunnels to add",
    },
    'add-port': {
      topologies: ['site-to-site', 'hub'],
      expected: "environment: { kind: 'netns', topology: 'hub' or 'site-to-site' }, which has a firewall to open",
    },
  }

function checkPlace(environment: ParsedEnvironment, drills: readonly Drill[]): readonly Finding[] {
  const found = environment.kind === 'netns' ? environment.topology : environment.kind
  const misplaced = DRILLS.filter(name => drills.some(drill => drill.do === name))
    .map(name => PLACES[name])
    .filter(({ topologies }) => topologies.every(topology => topology !== found))
  if (misplaced.length > 0)
    return misplaced.map(({ expected }) => ({
      ...{ path: ['drills'], expected, found, hint: 'change it, or leave them out' },
    }))
  return environment.kind === 'netns' ? checkHospitals(environment, drills) : []
}

function checkHospitals(
  { hospitals, overlapping }: Extract<ParsedEnvironment, { kind: 'netns' }>,
  drills: readonly Drill[],
): readonly Finding[] {
  const added = drills.filter(drill => drill.do === 'add-tunnel').length
  const least = overlapping + KEPT + added
  if (added === 0 || hospitals >= least) return []
  return [
    {
      path: ['environment', 'hospitals'],
      expected: `at least ${least}: each add-tunnel adds one more, and ${overlapping + KEPT} keep their tunnels`,
      found: hospitals,
      hint: 'raise it',
    },
  ]
}

const checkTimes = (drills: NonNullable<Parts['drills']>, measureMs: number): readonly Finding[] =>
  drills.flatMap(({ atMs }, index) =>
    atMs < measureMs
      ? []
      : [
          {
            path: ['drills', index, 'atMs'],
            expected: `less than the measured phase, ${measureMs} ms`,
            found: atMs,
            hint: null,
          },
        ],
  )
