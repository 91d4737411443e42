import type { Finding } from './finding.ts'
import type { Parts } from './parse.ts'

const PLACEHOLDER = /\{downstreamMllpPort(?:\.([^}]*))?\}/g

/** What a SUT that forwards needs of the rest of the scenario. */
export function checkDownstream({ sut, environment, load, slo }: Parts): readonly Finding[] {
  if (!sut) return []
  const names = (sut.downstream?.receivers ?? []).map(({ name }) => name)
  const findings = wrongPlaceholders(sut.start ?? '', names)
  if (sut.downstream === null) return [...findings, ...needlessSlos(slo ?? {})]
  const path = ['sut', 'downstream']
  if (environment?.kind === 'process' && sut.start === null)
    findings.push({
      path,
      expected: 'a SUT that forwards (sut.start), or attached servers',
      found: 'the built-in targets',
      hint: "for instance sut.start: '{hl7bench} serve relay --port {mllpPort} --to mllp://127.0.0.1:{downstreamMllpPort}'",
    })
  findings.push(
    ...sut.downstream.receivers.flatMap(({ name, port }, index) => {
      const at = [...path, 'receivers', index]
      const repeated = names.indexOf(name) < index
      const unknownPort = environment?.kind === 'attached' && port === 0
      return [
        ...(repeated
          ? [{ path: [...at, 'name'], expected: 'a name that no other receiver has', found: name, hint: null }]
          : []),
        ...(unknownPort
          ? [
              {
                path: [...at, 'port'],
                expected: 'the port that the attached server forwards to',
                found: port,
                hint: null,
              },
            ]
          : []),
      ]
    }),
  )
  load.forEach((each, index) => {
    if (each?.protocol !== 'fhir') return
    findings.push({
      path: ['load', index, 'protocol'],
      expected: "'mllp' with sut.downstream: only MLLP is followed through the SUT",
      found: 'fhir',
      hint: 'put the FHIR load into a scenario of its own',
    })
  })
  return findings
}

/** Limits on what only receivers behind the SUT can tell. */
function needlessSlos(slo: Readonly<Record<string, string>>): readonly Finding[] {
  return Object.keys(slo)
    .filter(metric => metric === 'audit.misrouted' || metric.split('.')[1] === 'endToEnd')
    .map(metric => ({
      path: ['slo', metric],
      expected: 'sut.downstream beside it: only receivers behind the SUT can tell',
      found: slo[metric],
      hint: null,
    }))
}

function wrongPlaceholders(start: string, names: readonly string[]): Finding[] {
  return [...start.matchAll(PLACEHOLDER)]
    .filter(([, name]) => (name === undefined ? names.length === 0 : !names.includes(name)))
    .map(([found]) => ({
      path: ['sut', 'start'],
      expected:
        names.length === 0
          ? 'no port of a downstream receiver without sut.downstream'
          : `{downstreamMllpPort}, or one of ${names.map(name => `{downstreamMllpPort.${name}}`).join(', ')}`,
      found,
      hint: names.length === 0 ? 'add sut.downstream: {}' : null,
    }))
}
