import type { Downstream } from '../model/downstream.ts'
import type { NetnsEnvironment } from '../model/netns.ts'
import type { EnvironmentSpec, Scenario, Sut } from '../model/scenario.ts'
import type { ParsedDownstream } from './downstreamSchema.ts'
import { hl7PathOf, isSecure, parseFhirEndpoint, parseMllpEndpoint, speaksHl7Http } from './endpoint.ts'
import type { ParsedEnvironment } from './environmentSchema.ts'
import type { Place } from './finding.ts'
import { loadNames } from './loadNames.ts'
import { resolveLoad } from './resolveLoad.ts'
import { resolvePhases } from './resolvePhases.ts'
import type { ParsedScenario } from './schema.ts'
import { parseSlo } from './slo.ts'
import type { ParsedSut } from './sutSchema.ts'

/** The scenario that the rest of hl7bench sees: every default filled in, every name absolute. Expects input without complaints. */
export function resolveScenario(parsed: ParsedScenario, raw: unknown, place: Place): Scenario {
  const names = loadNames(raw)
  return {
    name: parsed.name,
    description: parsed.description,
    environment: resolveEnvironment(parsed.environment),
    sut: resolveSut(parsed.sut, place),
    load: parsed.load.map((load, index) =>
      resolveLoad(load, names[index]!.name, place, {
        isSecure: parsed.environment.kind === 'attached' ? isSecure(parsed.environment, load.protocol) : null,
        isHl7Http: speaksHl7Http(parsed.environment),
        hl7Path: hl7PathOf(parsed.environment),
      }),
    ),
    phases: resolvePhases(parsed.phases, parsed.load),
    ...(parsed.drills.length > 0 && { drills: parsed.drills }),
    slo: Object.entries(parsed.slo).flatMap(([metric, text]) => {
      const result = parseSlo(metric, text, names)
      return 'slo' in result ? [result.slo] : []
    }),
    runs: parsed.runs,
    seed: parsed.seed,
    validity: parsed.validity,
    allowHosts: parsed.allowHosts,
    file: place.file,
  }
}

function resolveEnvironment(environment: ParsedEnvironment): EnvironmentSpec {
  if (environment.kind === 'process') return environment
  if (environment.kind === 'netns') return resolveNetns(environment)
  const mllp = environment.mllp === undefined ? null : parseMllpEndpoint(environment.mllp)
  const fhir = environment.fhir === undefined ? null : parseFhirEndpoint(environment.fhir)
  return {
    kind: 'attached',
    parallel: 1,
    mllp: mllp && 'endpoint' in mllp ? mllp.endpoint : null,
    fhir: fhir && 'endpoint' in fhir ? fhir.endpoint : null,
  }
}

/** What a topology has no use for is left out, so that it makes no difference between cases. */
function resolveNetns(environment: Extract<ParsedEnvironment, { kind: 'netns' }>): NetnsEnvironment {
  const isHub = environment.topology === 'hub'
  return {
    ...environment,
    vpn: environment.topology === 'direct' ? null : environment.vpn,
    hospitals: isHub ? environment.hospitals : 1,
    overlapping: isHub ? environment.overlapping : 0,
    translatedBy: isHub && environment.overlapping > 0 ? environment.translatedBy : 'hospital',
  }
}

function resolveSut(sut: ParsedSut, place: Place): Sut {
  return {
    ...sut,
    cwd: place.resolve(sut.cwd ?? '.'),
    downstream: sut.downstream && resolveDownstream(sut.downstream),
    repository: sut.repository === null ? null : place.resolve(sut.repository),
  }
}

function resolveDownstream({ identity, receivers }: ParsedDownstream): Downstream {
  return {
    identity,
    receivers: receivers.map(({ serviceTime, faults, ...receiver }) => ({
      ...receiver,
      behaviour: { serviceTime, faults },
    })),
  }
}
