import { checkAutocannon } from './checkAutocannon.ts'
import { checkHl7Http } from './checkHl7Http.ts'
import { checkHllp } from './checkHllp.ts'
import { checkWorkload } from './checkWorkload.ts'
import type { Finding, Place } from './finding.ts'
import type { ParsedFhirLoad, ParsedLoad, ParsedMllpLoad } from './loadSchema.ts'
import { type ParsedOperation, SEARCHES_OF } from './operationSchema.ts'
import type { Path } from './path.ts'
import { readProfile } from './profile.ts'
import { connectionsOf } from './resolveLoad.ts'

export function checkLoad(load: ParsedLoad, index: number, place: Place): readonly Finding[] {
  const path: Path = ['load', index]
  return [
    ...checkShares(load, path),
    ...checkWorkload(load, [...path, 'workload'], place),
    ...(load.protocol === 'mllp' ? checkMllp(load, path, place) : checkFhir(load, path, place)),
  ]
}

function checkShares(load: ParsedLoad, path: Path): readonly Finding[] {
  const findings: Finding[] = []
  const connections = connectionsOf(load)
  if (load.generators > connections) {
    const expected = `at most one generator per connection (${connections})`
    findings.push({
      path: [...path, 'generators'],
      expected,
      found: load.generators,
      hint: 'raise connections or lower generators',
    })
  }
  if (load.workload.kind === 'closed' && load.pacing !== undefined) {
    findings.push({
      path: [...path, 'pacing'],
      expected: 'none with a closed workload, which has no schedule to hit',
      found: load.pacing,
      hint: "remove pacing, or say workload: { kind: 'open', ratePerSecond }",
    })
  }
  const resends =
    load.protocol === 'fhir' && load.retry !== undefined
      ? 'retry'
      : load.onUnknown === 'resend'
        ? 'onUnknown'
        : load.protocol === 'mllp' && load.onRejected === 'resend'
          ? 'onRejected'
          : null
  if (resends !== null && load.maxAttempts < 2) {
    findings.push({
      path: [...path, 'maxAttempts'],
      expected: resends === 'retry' ? '2 or more with retry' : `2 or more with ${resends} 'resend'`,
      found: load.maxAttempts,
      hint: resends === 'retry' ? 'or leave retry out' : `or say ${resends}: 'drop'`,
    })
  }
  return findings
}

function checkMllp(load: ParsedMllpLoad, path: Path, place: Place): readonly Finding[] {
  const findings: Finding[] = []
  if (load.feeds !== undefined && load.connections !== undefined) {
    findings.push({
      path: [...path, 'feeds'],
      expected: 'feeds or connections, not both',
      found: load.feeds,
      hint: 'they mean the same: remove one',
    })
  }
  findings.push(...checkHllp(load, path), ...checkHl7Http(load, path))
  const { messages } = load
  if (typeof messages === 'object' && 'files' in messages)
    findings.push(...checkFiles(messages.files, [...path, 'messages', 'files'], place, null))
  if (typeof messages === 'object' && 'mix' in messages)
    findings.push(
      ...checkMix(messages.mix, [...path, 'messages', 'mix'], place),
      ...checkSizes(messages.sizes, [...path, 'messages', 'sizes']),
    )
  return findings
}

function checkSizes(sizes: unknown, path: Path): Finding[] {
  const { ladder, weights } = Object(sizes) as { ladder?: readonly number[]; weights?: readonly number[] }
  if (ladder === undefined || weights === undefined) return []
  if (weights.length === ladder.length && weights.some(weight => weight > 0)) return []
  const expected = `${ladder.length} weights, one for each size, not all 0`
  return [{ path: [...path, 'weights'], expected, found: weights, hint: null }]
}

function checkMix(mix: string | Readonly<Partial<Record<string, number>>>, path: Path, place: Place): Finding[] {
  if (typeof mix === 'string') {
    const answer = readProfile(mix, place.resolve)
    return 'profile' in answer ? [] : answer.faults.map(fault => ({ path, ...fault }))
  }
  if (Object.values(mix).some(weight => weight! > 0)) return []
  return [{ path, expected: 'a message type with a weight above 0', found: mix, hint: null }]
}

function checkFhir(load: ParsedFhirLoad, path: Path, place: Place): readonly Finding[] {
  const findings: Finding[] = []
  if (load.window > 1) {
    findings.push({
      path: [...path, 'window'],
      expected: '1 with fhir: HTTP/1.1 requests are not pipelined',
      found: load.window,
      hint: 'raise connections instead',
    })
  }
  findings.push(...checkAutocannon(load, path))
  if (typeof load.operations === 'function') return findings
  findings.push(
    ...load.operations.flatMap((operation, index) => checkOperation(operation, [...path, 'operations', index], place)),
  )
  findings.push(...checkHashedLoad(load, path))
  const functions = load.operations.flatMap((operation, index) => (typeof operation === 'function' ? [index] : []))
  for (const index of functions.slice(1)) {
    findings.push({
      path: [...path, 'operations', index],
      expected: 'at most one function per load',
      found: load.operations[index],
      hint: 'make the choice inside one function, or use two loads',
    })
  }
  return findings
}

/** Every search must come after its record was created. */
function checkHashedLoad(load: ParsedFhirLoad, path: Path): readonly Finding[] {
  if (typeof load.operations === 'function') return []
  const at = load.operations.findIndex(operation => typeof operation === 'object' && 'load' in operation)
  if (at < 0) return []
  const { kind, records } = load.workload
  const findings: Finding[] = []
  const hint = "for instance workload: { kind: 'closed', records: 400 }: 200 records"
  if (load.operations.length > 1)
    findings.push({
      path: [...path, 'operations'],
      expected: 'an initial load alone',
      found: load.operations.length,
      hint: null,
    })
  if (kind !== 'closed' || records === null)
    findings.push({
      path: [...path, 'workload'],
      expected: 'a closed loop with a fixed amount of work',
      found: load.workload,
      hint,
    })
  else if (records % 2 !== 0)
    findings.push({
      path: [...path, 'workload', 'records'],
      expected: 'an even number: each record is created and searched',
      found: records,
      hint,
    })
  if (load.generators !== 1)
    findings.push({
      path: [...path, 'generators'],
      expected: '1 with an initial load',
      found: load.generators,
      hint: 'its hashing takes all cores already',
    })
  return findings
}

function checkOperation(operation: ParsedOperation, path: Path, place: Place): readonly Finding[] {
  if (typeof operation === 'function') return []
  if ('files' in operation) return checkFiles(operation.files, [...path, 'files'], place, /\.(json|ndjson)$/i)
  if (!('search' in operation) || operation.by === undefined) return []
  const known: readonly string[] = SEARCHES_OF[operation.search]
  if (known.includes(operation.by)) return []
  return [
    {
      path: [...path, 'by'],
      expected: `${known.map(by => `'${by}'`).join(' or ')} when searching ${operation.search}`,
      found: operation.by,
      hint: null,
    },
  ]
}

function checkFiles(
  files: string | readonly string[],
  path: Path,
  place: Place,
  ending: RegExp | null,
): readonly Finding[] {
  const patterns = typeof files === 'string' ? [files] : files
  return patterns.flatMap((pattern, index) => {
    const at = typeof files === 'string' ? path : [...path, index]
    const matches = place.glob(pattern)
    if (matches.length === 0)
      return [
        {
          path: at,
          expected: 'at least one file of that name',
          found: pattern,
          hint: 'names start at the folder of the scenario file',
        },
      ]
    const other = ending && matches.find(name => !ending.test(name))
    return other
      ? [
          {
            path: at,
            expected: '.json and .ndjson files only',
            found: other,
            hint: "narrow the glob, for instance '*.ndjson'",
          },
        ]
      : []
  })
}
