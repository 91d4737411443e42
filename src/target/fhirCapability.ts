import { searchParametersOf } from './fhirCriteria.ts'
import { RESOURCE_TYPES, type ResourceType } from './fhirResource.ts'

/** What this server does, and no more (FHIR R4 CapabilityStatement). `date` = when it was started, ISO 8601; `tokenUrl` null = no token is demanded. */
export function capabilityStatement(baseUrl: string, date: string, tokenUrl: string | null): object {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'hl7bench built-in FHIR target' },
    implementation: { description: 'In-memory FHIR server of a load test', url: baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        mode: 'server',
        ...(tokenUrl !== null && { security: securityOf(tokenUrl) }),
        resource: RESOURCE_TYPES.map(resourceCapability),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
      },
    ],
  }
}

/** As SMART App Launch names it to clients that do not read `.well-known/smart-configuration`. */
function securityOf(tokenUrl: string): object {
  const system = 'http://terminology.hl7.org/CodeSystem/restful-security-service'
  const url = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'
  return {
    service: [{ coding: [{ system, code: 'SMART-on-FHIR' }] }],
    extension: [{ url, extension: [{ url: 'token', valueUri: tokenUrl }] }],
  }
}

function resourceCapability(type: ResourceType): object {
  return {
    type,
    interaction: [{ code: 'create' }, { code: 'read' }, { code: 'vread' }, { code: 'search-type' }],
    versioning: 'versioned',
    readHistory: false,
    updateCreate: false,
    conditionalCreate: true,
    searchParam: searchParametersOf(type).map(name => ({ name, type: parameterType(name) })),
  }
}

function parameterType(name: string): 'token' | 'reference' {
  return name === '_id' || name === 'identifier' ? 'token' : 'reference'
}
