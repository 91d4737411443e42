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
    ...(environment ? checkPlace(environment, drills.length) : []),
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

function checkPlace(environment: ParsedEnvironment, drills: number): readonly Finding[] {
  if (environment.kind !== 'netns' || environment.topology !== 'hub')
    return [
      {
        path: ['drills'],
        expected: "environment: { kind: 'netns', topology: 'hub' }, which has tunnels to add",
        found: environment.kind === 'netns' ? environment.topology : environment.kind,
        hint: 'change it, or leave drills out',
      },
    ]
  const findings: Finding[] = []
  if (environment.vpn.kind !== 'ipsec')
    findings.push({
      path: ['environment', 'vpn', 'kind'],
      expected: "'ipsec': tunnels of WireGuard are not added while loaded",
      found: environment.vpn.kind,
      hint: null,
    })
  const least = environment.overlapping + KEPT + drills
  if (environment.hospitals < least)
    findings.push({
      path: ['environment', 'hospitals'],
      expected: `at least ${least}: each drill adds one more, and ${environment.overlapping + KEPT} keep their tunnels`,
      found: environment.hospitals,
      hint: 'raise it',
    })
  return findings
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
