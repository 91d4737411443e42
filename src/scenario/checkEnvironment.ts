import { checkHost } from './checkHost.ts'
import { checkNetns, checkSenders } from './checkNetns.ts'
import { parseFhirEndpoint, parseMllpEndpoint } from './endpoint.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'
import type { Finding } from './finding.ts'
import { loadNames } from './loadNames.ts'
import type { Parts } from './parse.ts'

type Attached = Extract<ParsedEnvironment, { kind: 'attached' }>

export function checkEnvironment(parts: Parts, raw: unknown): readonly Finding[] {
  const { environment } = parts
  if (environment?.kind === 'netns') return [...checkNetns(environment), ...checkSenders(environment, parts.load)]
  if (environment?.kind !== 'attached') return []
  return [
    ...(['mllp', 'fhir'] as const).flatMap(protocol => checkEndpoint(environment, protocol, parts.allowHosts ?? null)),
    ...missingEndpoints(environment, raw),
    ...ownedByOthers(parts),
  ]
}

function checkEndpoint(
  environment: Attached,
  protocol: 'mllp' | 'fhir',
  allowHosts: readonly string[] | null,
): readonly Finding[] {
  const text = environment[protocol]
  if (text === undefined) return []
  const path = ['environment', protocol]
  const parsed = protocol === 'mllp' ? parseMllpEndpoint(text) : parseFhirEndpoint(text)
  if ('expected' in parsed) return [{ path, expected: parsed.expected, found: text, hint: parsed.hint }]
  return checkHost(path, parsed.endpoint.host, allowHosts)
}

function missingEndpoints(environment: Attached, raw: unknown): readonly Finding[] {
  const wanted = new Set(loadNames(raw).map(load => load.protocol))
  return (['mllp', 'fhir'] as const)
    .filter(protocol => wanted.has(protocol) && environment[protocol] === undefined)
    .map(protocol => ({
      path: ['environment', protocol],
      expected: `the endpoint that the ${protocol} load goes to`,
      found: undefined,
      hint: `add ${protocol}: '${protocol === 'mllp' ? 'mllp://host:port' : 'http://host:port/base'}'`,
    }))
}

function ownedByOthers(parts: Parts): readonly Finding[] {
  if (!parts.sut || parts.sut.start === null) return []
  return [
    {
      path: ['sut', 'start'],
      expected: 'no command: an attached target is never started',
      found: parts.sut.start,
      hint: "remove it, or use environment: { kind: 'process' }",
    },
  ]
}
