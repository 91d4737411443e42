import { z } from 'zod'
import { downstreamSchema } from './downstreamSchema.ts'
import { durationSchema } from './duration.ts'
import { fhirFault, mllpFault } from './faultSchema.ts'

const serviceTime = z
  .strictObject({
    distribution: z
      .enum(['constant', 'exponential', 'lognormal'])
      .default('constant')
      .describe('Distribution of the service time.'),
    meanMs: z.number().min(0).max(3_600_000).default(0).describe('Mean, ms, 0 to 3,600,000; 0 = answer at once.'),
    cv: z.number().min(0).max(100).default(0.5).describe('Coefficient of variation of the log-normal, 0 to 100.'),
  })
  .prefault({})
  .describe('Time between a request and its answer, drawn per request from the seed.')

export const mllpBehaviour = z.strictObject({
  serviceTime,
  faults: z.array(mllpFault).default([]).describe('Misbehaviours.'),
})

const fhirBehaviour = z.strictObject({
  serviceTime,
  faults: z.array(fhirFault).default([]).describe('Misbehaviours.'),
})

const text = z.string().refine(value => !value.includes('\0'), { error: 'expected text without NUL characters' })

/** Path of a FHIR base: empty, or with a leading slash; a trailing slash is taken off. */
const basePath = z
  .string()
  .regex(/^$|^\/[^\s?#]*$/, {
    error: "expected an empty text or a path that begins with '/', without query or fragment",
  })
  .transform(path => path.replace(/\/+$/, ''))

export const sutSchema = z.strictObject({
  start: text
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Shell command that starts the SUT in the foreground; {mllpPort}, {fhirPort}, {downstreamMllpPort}, {runDir} and {hl7bench} (this program) are replaced. null = the built-in targets.',
    ),
  build: text
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Shell command that builds the SUT in `cwd`, once before the first run (compare: once for each commit). null = nothing to build.',
    ),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }),
      text,
    )
    .default({})
    .describe(
      "Environment variables added to the SUT's own. Secrets are inherited from hl7bench's environment, never written here.",
    ),
  cwd: text
    .min(1)
    .optional()
    .describe('Working folder of `start`, relative to the scenario file. Default: the folder of the scenario file.'),
  readyTimeoutMs: durationSchema(1)
    .default(30_000)
    .describe("Longest wait until every protocol of the load answers: ms, or text such as '30s'."),
  repository: text
    .min(1)
    .nullable()
    .default(null)
    .describe('Git work tree whose branch and commit the rows name. null = the folder of the scenario.'),
  version: text
    .min(1)
    .nullable()
    .default(null)
    .describe('Version of the project measured. null = read from its pom.xml or package.json.'),
  fhirBasePath: basePath.default('/fhir').describe("Path of the FHIR base under the SUT's port."),
  downstream: downstreamSchema(mllpBehaviour)
    .nullable()
    .default(null)
    .describe('For a SUT that forwards: our own receivers behind it, and the identity that messages keep on the way.'),
  builtin: z
    .strictObject({
      mllp: mllpBehaviour.prefault({}).describe('The built-in MLLP receiver.'),
      fhir: fhirBehaviour.prefault({}).describe('The built-in FHIR server.'),
    })
    .prefault({})
    .describe('Behaviour of the built-in targets; only without `start`.'),
})
export type ParsedSut = z.output<typeof sutSchema>
