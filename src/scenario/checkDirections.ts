import type { Finding } from './finding.ts'
import type { ParsedLoad } from './loadSchema.ts'
import type { Parts } from './parse.ts'

/** What load from the application to the hospitals needs of the rest of the scenario. */
export function checkDirections({ load, environment, sut }: Parts): readonly Finding[] {
  const findings: Finding[] = load.flatMap((each, index) =>
    each?.from === 'application' ? checkReturning(each, index) : [],
  )
  const returning = load.flatMap((each, index) => (each?.from === 'application' ? [index] : []))
  if (returning.length === 0) return []
  const [first] = returning
  if (environment && environment.kind !== 'netns')
    findings.push({
      path: ['load', first!, 'from'],
      expected: `'hospitals': there are none in the environment ${environment.kind}`,
      found: 'application',
      hint: "use environment: { kind: 'netns' }",
    })
  if (sut && sut.downstream !== null)
    findings.push({
      path: ['sut', 'downstream'],
      expected: 'none beside a load from the application: only what goes through the SUT is followed',
      found: sut.downstream,
      hint: 'put one of the two into a scenario of its own',
    })
  if (returning.length === load.length)
    findings.push({
      path: ['load'],
      expected: 'a load from the hospitals too: the SUT is what they load',
      found: `${load.length} from the application`,
      hint: "add one, or leave out from: 'application'",
    })
  return findings
}

function checkReturning(load: ParsedLoad, index: number): Finding[] {
  const path = ['load', index]
  const findings: Finding[] = []
  if (load.protocol !== 'mllp')
    findings.push({
      path: [...path, 'protocol'],
      expected: "'mllp': the receivers at hospitals speak HL7 v2",
      found: load.protocol,
      hint: "use mllp, or from: 'hospitals'",
    })
  if (load.tls)
    findings.push({
      path: [...path, 'tls'],
      expected: 'no TLS: the receivers at hospitals do not speak it',
      found: load.tls,
      hint: 'leave it out; the tunnel encrypts',
    })
  return findings
}
