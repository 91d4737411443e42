import type { FhirAnswer } from './fhirAnswer.ts'
import { fhirXml } from './fhirXml.ts'

export const JSON_FORMATS = ['json', 'application/json', 'application/fhir+json']
export const XML_FORMATS = ['xml', 'text/xml', 'application/xml', 'application/fhir+xml']

/** The parts of a request that say which format its answer is to have. */
export interface FormatRequest {
  readonly accept: string
  readonly query: string
  readonly contentType: string
  readonly body: Buffer
}

/** Whether the answer is to be XML: `_format` overrides Accept (FHIR R4, section 3.1.0.1.9); JSON where nothing else is preferred. */
export function wantsXml({ accept, query, contentType, body }: FormatRequest): boolean {
  const isForm = contentType === 'application/x-www-form-urlencoded'
  const asked = formatIn(query) ?? (isForm ? formatIn(body.toString('latin1')) : null)
  return asked === null ? prefersXml(accept) : XML_FORMATS.includes(asked)
}

export function inXml(answer: FhirAnswer): FhirAnswer {
  if (answer.body.length === 0) return answer
  return { ...answer, body: Buffer.from(fhirXml(JSON.parse(answer.body.toString()))) }
}

/** `+` in a query is a space, and yet is written unescaped in `application/fhir+xml` by many. */
function formatIn(parameters: string): string | null {
  if (!parameters.includes('_format=')) return null
  return new URLSearchParams(parameters).get('_format')?.replace(' ', '+') ?? null
}

/** By quality, then by order (RFC 9110, section 12.5.1). */
function prefersXml(accept: string): boolean {
  if (!accept.includes('xml')) return false
  let [best, isXml] = [0, false]
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map(text => text.trim())
    const quality = Number(parameters.find(text => text.startsWith('q='))?.slice(2) ?? 1)
    const asXml = XML_FORMATS.includes(type)
    if ((asXml || JSON_FORMATS.includes(type) || type === '*/*') && quality > best) [best, isXml] = [quality, asXml]
  }
  return isXml
}
