import type { Charset, FhirOperation, FhirResourceType } from '../../src/model/scenario.ts'
import type { RequestStream } from '../../src/model/stream.ts'
import { createBytes } from '../../src/workload/bytes.ts'
import { decodeIn } from '../../src/workload/charset.ts'
import { populationRequests } from '../../src/workload/fhir/population.ts'
import {
  coverageResource,
  explanationOfBenefitResource,
  observationResource,
  patientReference,
  patientResource,
} from '../../src/workload/fhir/resources.ts'
import { HL7_VERSIONS, MESSAGE_TYPES } from '../../src/workload/hl7/messageType.ts'
import { request, streamOf as requestsOf } from '../workload/fhir/render.ts'
import { streamOf as messagesOf, mixSpec, OPTIONS } from '../workload/hl7/render.ts'

/** One message or request of a golden file: any would do, this one is well inside its first round. */
const INDEX = 41
const PATIENT = 7

const RESOURCES: readonly FhirResourceType[] = ['Patient', 'Coverage', 'ExplanationOfBenefit', 'Observation']

/** What the golden files should hold, by name below this folder. */
export function goldenSamples(): Map<string, string> {
  return new Map([...messages(), ...variants(), ...resources(), ...requests()])
}

function messages(): [string, string][] {
  return HL7_VERSIONS.flatMap(version =>
    MESSAGE_TYPES.map((type): [string, string] => [
      `hl7/${version}/${type.replace('^', '_')}.hl7`,
      messageOf({ version }, type, 'ascii'),
    ]),
  )
}

/** The least that the structure requires, for small sizes; names in other charsets, and padding. */
function variants(): [string, string][] {
  const leanest = HL7_VERSIONS.flatMap(version =>
    MESSAGE_TYPES.map((type): [string, string] => [
      `hl7/${version}/lean/${type.replace('^', '_')}.hl7`,
      messageOf({ version, sizes: 1 }, type, 'ascii'),
    ]),
  )
  const named = (['8859/1', 'utf-8'] as const).flatMap(charset =>
    MESSAGE_TYPES.map((type): [string, string] => [
      `hl7/2.5.1/${charset.replace('/', '-')}/${type.replace('^', '_')}.hl7`,
      messageOf({ charset }, type, charset),
    ]),
  )
  const padded = MESSAGE_TYPES.map((type): [string, string] => [
    `hl7/2.5.1/2000-bytes/${type.replace('^', '_')}.hl7`,
    messageOf({ sizes: 2000 }, type, 'ascii'),
  ])
  return [...leanest, ...named, ...padded]
}

/** As text, whatever its bytes are, with line ends that an editor knows. */
function messageOf(options: Parameters<typeof mixSpec>[1], type: string, charset: Charset): string {
  const out = createBytes()
  messagesOf(mixSpec({ [type]: 1 }, options)).render(INDEX, out)
  return decodeIn(charset, out.bytes.subarray(0, out.length)).replaceAll('\r', '\n')
}

function resources(): [string, string][] {
  const { seed } = OPTIONS
  const patient = patientReference(seed, PATIENT)
  const made = [
    patientResource(seed, PATIENT),
    coverageResource(seed, PATIENT, patient),
    explanationOfBenefitResource(seed, PATIENT, patient),
    observationResource(seed, PATIENT, patient),
  ]
  return [
    ...made.map((resource): [string, string] => [`fhir/${resource.resourceType}.json`, jsonOf(resource)]),
    ['fhir/Patient.8859-1.json', jsonOf(patientResource(seed, PATIENT, '8859/1'))],
    ['fhir/Patient.utf-8.json', jsonOf(patientResource(seed, PATIENT, 'utf-8'))],
  ]
}

function requests(): [string, string][] {
  const operations: Record<string, FhirOperation> = Object.fromEntries([
    ...RESOURCES.map(resource => [
      `create-${resource}`,
      { kind: 'create', resource, conditional: true, weight: 1 } as const,
    ]),
    ['transaction', { kind: 'transaction', size: 1, weight: 1 }],
    ['read-Patient', { kind: 'read', resource: 'Patient', weight: 1 }],
    ...(
      [
        ['Patient', 'hicnHash'],
        ['Patient', 'identifier'],
        ['Coverage', 'beneficiary'],
        ['ExplanationOfBenefit', 'patient'],
        ['Observation', 'patient'],
      ] as const
    ).flatMap(([resource, by]) =>
      (['GET', 'POST'] as const).map(method => [
        `search-${resource}-by-${by}-${method}`,
        { kind: 'search', resource, by, method, expectTotal: 1, weight: 1 } as const,
      ]),
    ),
  ])
  return [
    ...Object.entries(operations).map(([name, operation]): [string, string] => [
      `fhir/${name}.http`,
      requestText(requestsOf([operation]), INDEX),
    ]),
    ['fhir/populate.http', requestText(populationRequests(OPTIONS.seed), PATIENT)],
  ]
}

/** Request line, headers, and the body, indented where it is JSON. */
function requestText(stream: RequestStream, index: number): string {
  const { method, path, contentType, ifNoneExist, body } = request(stream, index)
  const lines = [
    `${method} ${path}`,
    ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
    ...(ifNoneExist === '' ? [] : [`If-None-Exist: ${ifNoneExist}`]),
    '',
    ...(body === '' ? [] : [body.startsWith('{') ? jsonOf(JSON.parse(body)).trimEnd() : body, '']),
  ]
  return lines.join('\n')
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
