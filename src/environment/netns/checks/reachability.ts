import type { CheckResult } from '../../../model/environment.ts'
import type { Attempt } from '../probe/request.ts'
import { ANSWERED_MS, type Proof } from './check.ts'
import { sampled } from './sample.ts'

const PROBED_BYTES = 200

/** Whether hospitals and application reach each other, and under which addresses. */
export async function reachability(site: Proof): Promise<CheckResult[]> {
  const { topology, probes } = site
  const tried = sampled(site)
  const outcomes = await Promise.all(
    tried.map(async ({ host, address, ports }) => {
      const port = ports[0] ?? DEFAULT_PORT
      const plan = { from: address, host: topology.applicationAddress, port, bytes: PROBED_BYTES, fill: 'x' }
      return (await probes.tryAll(host, [plan], ANSWERED_MS))[0]!
    }),
  )
  const back = await probes.tryAll(
    topology.application,
    tried.map(({ reachedAt, receiverPort }) => ({
      from: null,
      host: reachedAt,
      port: receiverPort,
      bytes: PROBED_BYTES,
      fill: 'x',
    })),
    ANSWERED_MS,
  )
  const wrong = tried.flatMap(({ host, address, seenAs }, index) => {
    const outcome = outcomes[index]!
    return outcome.state === 'answered' && plain(outcome.seen) !== seenAs
      ? [`${host} ${address} was seen as ${plain(outcome.seen)}, not as ${seenAs}`]
      : []
  })
  const missing = [
    ...unanswered(outcomes).map(({ index, reason }) => `${tried[index]!.host} ${tried[index]!.address}: ${reason}`),
    ...unanswered(back).map(({ index, reason }) => `application to ${tried[index]!.reachedAt}: ${reason}`),
  ]
  const answered = outcomes.flatMap(outcome => (outcome.state === 'answered' ? [outcome.connectMs] : []))
  return [
    {
      name: 'reachability',
      passed: missing.length === 0,
      evidence:
        missing.length > 0
          ? `${missing.length} of ${2 * tried.length} ways are not open: ${missing.slice(0, 3).join('; ')}`
          : `${tried.length} of ${countOf(topology.hospitals.length)} tried, both ways; a connection took ${Math.min(...answered).toFixed(1)} ms at least`,
    },
    {
      name: 'nat',
      passed: wrong.length === 0 && answered.length > 0,
      evidence:
        wrong.length > 0
          ? wrong.slice(0, 3).join('; ')
          : answered.length === 0
            ? 'the application saw nobody'
            : `the application saw ${countOf(answered.length)} under the address that was agreed for each`,
    },
  ]
}

/** Where a topology has no firewall any port is as good. */
export const DEFAULT_PORT = 2575

const countOf = (hospitals: number) => (hospitals === 1 ? '1 hospital' : `${hospitals} hospitals`)

const plain = (address: string) => address.replace(/^::ffff:/, '')

const unanswered = (outcomes: readonly Attempt['outcome'][]) =>
  outcomes.flatMap((outcome, index) =>
    outcome.state === 'failed'
      ? [{ index, reason: outcome.reason }]
      : outcome.whole
        ? []
        : [{ index, reason: 'altered' }],
  )
