import { COMMON_FAULTS, HTTP_MESSAGE_FAULTS } from '../model/fault.ts'
import type { Finding, Place } from './finding.ts'
import type { Parts } from './parse.ts'
import type { ParsedSut } from './sutSchema.ts'

/** Names that a user may take for a placeholder of `sut.start`: `{port}`, `{mllp_port}`; `${..}` is the shell's. */
const NEARLY_PLACEHOLDER = /(?<!\$)\{(?!mllpPort\}|fhirPort\}|downstreamMllpPort\}|runDir\})(\w*port|run_?dir)\}/gi

export function checkSut(parts: Parts, place: Place): readonly Finding[] {
  const { sut } = parts
  if (!sut) return []
  return [
    ...checkBuiltin(parts, sut),
    ...checkNaks(parts, sut),
    ...checkHttpFaults(parts, sut),
    ...checkStart(sut),
    ...checkFolders(sut, place),
    ...checkSecrets(sut),
  ]
}

function checkBuiltin(parts: Parts, sut: ParsedSut): readonly Finding[] {
  const reason =
    parts.environment?.kind === 'attached'
      ? 'an attached target'
      : sut.start !== null
        ? 'a SUT of your own (sut.start)'
        : null
  if (reason === null) return []
  return (['mllp', 'fhir'] as const).flatMap(protocol => {
    const { faults, serviceTime } = sut.builtin[protocol]
    const path = ['sut', 'builtin', protocol]
    const expected = `nothing here with ${reason}: only the built-in targets behave as told`
    const hint = 'remove it, or leave out sut.start and measure the built-in targets'
    return [
      ...(faults.length > 0 ? [{ path: [...path, 'faults'], expected, found: faults, hint }] : []),
      ...(serviceTime.meanMs > 0 ? [{ path: [...path, 'serviceTime'], expected, found: serviceTime, hint }] : []),
    ]
  })
}

/** Only blocks can be refused by blocks. */
function checkNaks(parts: Parts, sut: ParsedSut): readonly Finding[] {
  const hasBlocks = parts.load.some(load => load?.protocol === 'mllp' && load.transport === 'hllp')
  return sut.builtin.mllp.faults.flatMap(({ kind }, index) =>
    kind !== 'nak' || hasBlocks
      ? []
      : [
          {
            path: ['sut', 'builtin', 'mllp', 'faults', index],
            expected: "a fault of MLLP: 'nak' refuses blocks of HLLP",
            found: kind,
            hint: "say transport: 'hllp' in the load, or use reject",
          },
        ],
  )
}

/** HTTP has its own framing, and answers where it was asked. */
function checkHttpFaults(parts: Parts, sut: ParsedSut): readonly Finding[] {
  if (!parts.load.some(load => load?.protocol === 'mllp' && load.transport === 'http')) return []
  const known = [...Object.keys(COMMON_FAULTS), ...HTTP_MESSAGE_FAULTS, 'delay', 'stall', 'reject', 'nak']
  return sut.builtin.mllp.faults.flatMap(({ kind }, index) =>
    known.includes(kind)
      ? []
      : [
          {
            path: ['sut', 'builtin', 'mllp', 'faults', index],
            expected: 'a fault that a receiver of HL7 over HTTP can have',
            found: kind,
            hint: `for instance ${HTTP_MESSAGE_FAULTS.join(', ')}`,
          },
        ],
  )
}

function checkStart(sut: ParsedSut): readonly Finding[] {
  const wrong = [...(sut.start ?? '').matchAll(NEARLY_PLACEHOLDER)].map(match => match[0])
  return wrong.map(found => ({
    path: ['sut', 'start'],
    expected: 'the placeholders {mllpPort}, {fhirPort}, {downstreamMllpPort} and {runDir}',
    found,
    hint: null,
  }))
}

function checkFolders(sut: ParsedSut, place: Place): readonly Finding[] {
  return (['cwd', 'repository'] as const).flatMap(key => {
    const folder = sut[key]
    if (folder === undefined || folder === null || place.isFolder(place.resolve(folder))) return []
    return [
      {
        path: ['sut', key],
        expected: 'a folder that exists',
        found: folder,
        hint: 'names start at the folder of the scenario file',
      },
    ]
  })
}

function checkSecrets(sut: ParsedSut): readonly Finding[] {
  return Object.keys(sut.env)
    .filter(name => name.includes('SECRET'))
    .map(name => ({
      path: ['sut', 'env', name],
      expected: 'no secret in a scenario',
      found: '***',
      hint: `set ${name} in the environment of hl7bench: the SUT inherits it`,
    }))
}
