import { checkAuth } from './checkAuth.ts'
import { checkDirections } from './checkDirections.ts'
import { checkDownstream } from './checkDownstream.ts'
import { checkDrills } from './checkDrills.ts'
import { checkEnvironment } from './checkEnvironment.ts'
import { checkHl7Address } from './checkHl7Http.ts'
import { checkTransports } from './checkHllp.ts'
import { checkLoad } from './checkLoad.ts'
import { checkPhases } from './checkPhases.ts'
import { checkReads } from './checkReads.ts'
import { checkSut } from './checkSut.ts'
import { checkTls } from './checkTls.ts'
import type { Finding, Place } from './finding.ts'
import { loadNames } from './loadNames.ts'
import type { Parts } from './parse.ts'
import { parseSlo } from './slo.ts'

/** What cannot be said key by key: parts that contradict each other. Parts with complaints of their own are skipped. */
export function checkParts(parts: Parts, raw: unknown, place: Place): readonly Finding[] {
  return [
    ...checkNames(raw),
    ...parts.load.flatMap((load, index) => (load ? checkLoad(load, index, place) : [])),
    ...(parts.environment?.kind !== 'attached' && !parts.sut?.start ? checkTransports(parts.load) : []),
    ...checkCharsets(parts),
    ...checkEnvironment(parts, raw),
    ...checkTls(parts, place),
    ...checkAuth(parts, place),
    ...checkHl7Address(parts),
    ...checkPhases(parts),
    ...checkSut(parts, place),
    ...checkReads(parts),
    ...checkDownstream(parts),
    ...checkDirections(parts),
    ...checkDrills(parts),
    ...checkSlos(parts, raw),
  ]
}

function checkNames(raw: unknown): readonly Finding[] {
  const loads = loadNames(raw)
  return loads.flatMap(({ name, protocol }, index) => {
    const finding = (expected: string) => [
      { path: ['load', index, 'name'], expected, found: name, hint: 'give this load another name' },
    ]
    if (loads.findIndex(load => load.name === name) < index) return finding('a name that no other load has')
    if (name === 'audit') return finding("a name other than 'audit', which SLOs use for the audit")
    return (name === 'mllp' || name === 'fhir') && name !== protocol
      ? finding(`a name other than the protocol '${name}'`)
      : []
  })
}

/** One population has one set of names. */
function checkCharsets({ load }: Parts): readonly Finding[] {
  const fhir = load.flatMap((item, index) => (item?.protocol === 'fhir' ? [{ index, charset: item.charset }] : []))
  return fhir
    .filter(({ charset }) => charset !== fhir[0]!.charset)
    .map(({ index, charset }) => ({
      path: ['load', index, 'charset'],
      expected: `'${fhir[0]!.charset}' as in load[${fhir[0]!.index}]: fhir loads share one population`,
      found: charset,
      hint: null,
    }))
}

function checkSlos(parts: Parts, raw: unknown): readonly Finding[] {
  const loads = loadNames(raw)
  return Object.entries(parts.slo ?? {}).flatMap(([metric, text]) => {
    const parsed = parseSlo(metric, text, loads)
    if ('slo' in parsed) return []
    return [
      {
        path: ['slo', metric],
        expected: parsed.expected,
        found: parsed.at === 'key' ? metric : text,
        hint: parsed.hint,
      },
    ]
  })
}
