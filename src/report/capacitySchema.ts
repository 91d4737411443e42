import { z } from 'zod'
import { SEARCHED } from '../model/capacity.ts'
import { CAPACITY_SCHEMA } from './json.ts'
import { common, network } from './schema.ts'

const text = z.string()
const number = z.number()
const loadOrNone = number.nullable()
const bound = z
  .strictObject({
    median: loadOrNone,
    interval: z.strictObject({ lower: loadOrNone, upper: loadOrNone }).nullable().describe('null below 6 clones.'),
  })
  .describe('Over the clones; null = not known.')

const fitted = z.strictObject({ estimate: number, lower: number, upper: number })
const added = z
  .strictObject({
    ms: number,
    interval: z.strictObject({ lower: number, upper: number }).nullable(),
    pairs: number,
  })
  .nullable()

const searched = z.strictObject({
  clone: number,
  lower: loadOrNone,
  upper: loadOrNone,
  irregular: z.boolean(),
  ended: z.enum(['found', 'open', 'generator-bound', 'cut short', 'failed']),
  clones: number.describe('More than one: it was resumed, or the load is a part of the clone.'),
  trials: z.array(
    z.strictObject({
      runId: text,
      load: number,
      seconds: number,
      lossRatio: number.nullable().describe('null = the run does not count.'),
      isSustained: z.boolean().describe('Its backlog did not grow; asked of full trials only, true of shorter ones.'),
      missed: z.array(text).describe('SLOs that it missed; asked of full trials only, none of shorter ones.'),
      isKept: z.boolean().describe('The load was kept up with.'),
      messagesPerSecond: number.nullable().describe('Accepted, over all loads; null = it failed.'),
      responseP99: z
        .strictObject({ value: number.nullable(), above: number.nullable() })
        .nullable()
        .describe('Of the load that is raised, ms.'),
      state: z.enum(['valid', 'invalid', 'failed']),
      reasons: z.array(text),
    }),
  ),
})

const testCase = z.strictObject({
  id: text,
  levels: z.record(text, z.union([text, number, z.boolean()])),
  digest: text,
  kind: z.enum(['found', 'at least', 'generator-bound', 'below', 'none']),
  lower: bound.describe('Largest load kept up with: the capacity.'),
  upper: bound.describe('Smallest load not kept up with.'),
  clones: number.describe('Whose search came to its end.'),
  irregular: number,
  atAnswer: z
    .strictObject({
      messagesPerSecond: number.describe('Accepted, over all loads.'),
      offeredPerSecond: number.describe('Of the load that is raised.'),
      passedPerSecond: number.describe('Of those, answered while it was offered.'),
      mbitPerSecondOut: number.describe('Payload.'),
      mbitPerSecondIn: number,
      responseP99Ms: number.nullable(),
      links: z
        .array(
          z.strictObject({
            host: text,
            device: text,
            packetsPerSecondIn: number,
            packetsPerSecondOut: number,
            mbitPerSecondIn: number,
            mbitPerSecondOut: number,
          }),
        )
        .describe('As the kernel counts, headers included.'),
      gateways: z.array(z.strictObject({ host: text, daemon: text, cpuShare: number, residentBytes: number })),
      isAudited: z.boolean(),
    })
    .nullable()
    .describe('Medians over the clones at the largest load kept up with.'),
  unmeasured: z.array(text).describe('SLOs that have no figure at that load, with why.'),
  bottleneck: z.strictObject({ what: z.enum(['gateway', 'generator', 'link', 'target', 'not told']), evidence: text }),
  headroom: number.nullable().describe('What passed of the load that is raised / planned peak.'),
  headroomShown: number
    .nullable()
    .describe(
      'The same by the lower end of the interval, below 6 clones by the least of them: below 1 the peak is not shown to be carried.',
    ),
  peakClones: z
    .strictObject({
      counted: number,
      cutShort: number.describe('After they had failed at the peak or below it.'),
    })
    .nullable()
    .describe('Clones that tell whether the peak is carried.'),
  referenceId: text.nullable().describe('Of the case without a VPN that it is set against.'),
  price: z
    .strictObject({
      referenceId: text,
      pairs: number,
      kind: z
        .enum(['exact', 'at most', 'at least', 'not told'])
        .describe('What is known of the ratio: a capacity among them may only be known to be at least so much.'),
      limits: z
        .array(z.enum(['generator', 'most']))
        .describe('Where searches ended that found nothing too much: the limit of the generator, the largest load.'),
      ratio: loadOrNone,
      interval: z.strictObject({ lower: loadOrNone, upper: loadOrNone }).nullable(),
    })
    .nullable()
    .describe('Set against the same without a VPN.'),
  added: z
    .strictObject({ load: number, p50Ms: added, p99Ms: added })
    .nullable()
    .describe('To the response, at one load that both kept up with, beside the same without a VPN.'),
  tunnels: z
    .strictObject({
      at: z.array(
        z.strictObject({
          tunnels: number,
          clones: number,
          upMs: number.nullable().describe('Until the last was up.'),
          perSecond: number.nullable(),
          residentBytes: number.nullable().describe('Of the largest daemon.'),
        }),
      ),
      bytesPerTunnel: fitted.nullable(),
    })
    .nullable(),
  calibrated: z
    .strictObject({ at: text, workload: z.enum(['open', 'closed']), perSecond: number, share: number })
    .optional()
    .describe("The generator's own ceiling on this machine: a hint."),
  scalability: z
    .strictObject({
      lambda: number,
      sigma: number,
      kappa: number,
      r2: number,
      peak: number.nullable(),
      most: number.nullable(),
      extrapolated: z.boolean(),
    })
    .nullable()
    .describe('Universal Scalability Law over feeds or tunnels: a hint, never a capacity.'),
  searches: z.array(searched),
  network: network.optional(),
})

const { id, name, answer, startedAt, wholeMs, seed, environmentId, provenance, commands, exit, leaks } = common

/** The JSON that `capacity` prints and its `report.json` holds. Loads in messages a second, feeds or tunnels. */
export const capacitySchema = z.strictObject({
  schema: z.literal(CAPACITY_SCHEMA),
  ...{ id, name, answer, startedAt, wholeMs, seed, environmentId, provenance, exit, leaks },
  aim: z.strictObject({
    over: z.enum(SEARCHED),
    load: text,
    own: number,
    leastLoad: number,
    firstLoad: number,
    mostLoad: number,
    lossRatio: number,
    trialSeconds: number,
    sumSeconds: number,
    exceedRatio: number,
    widthRatio: number,
    clones: number,
  }),
  slos: z.array(z.strictObject({ metric: text, operator: text, limit: number, text })),
  notHeldTo: z.array(text).describe('SLOs of what the search itself raises.'),
  cases: z.array(testCase),
  peakPerSecond: number.nullable(),
  missingMs: number.nullable().describe('What would complete the search; null = it is complete.'),
  files: z.strictObject({ rows: text, folder: text, html: text }),
  commands,
})
