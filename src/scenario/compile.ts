import type { Case } from '../model/experiment.ts'
import type { Scenario } from '../model/scenario.ts'
import { checkParts } from './check.ts'
import { type Complaint, ScenarioError, shownValue } from './complaint.ts'
import { caseDigest } from './digest.ts'
import { type Cell, caseId, cellsOf, readFactors } from './factors.ts'
import type { Finding, Place } from './finding.ts'
import { type Origins, originsOf } from './origins.ts'
import { applyOverrides } from './override.ts'
import type { Overrides } from './overrideSources.ts'
import { parseParts } from './parse.ts'
import { pathText, startsWith } from './path.ts'
import { resolveScenario } from './resolve.ts'
import type { ParsedScenario } from './schema.ts'
import { shown } from './shown.ts'
import type { Source } from './source.ts'
import { warningsOf } from './warnings.ts'

/** A scenario, ready to be planned. */
export interface LoadedScenario {
  /** The first case's scenario; without factors, the scenario. */
  readonly scenario: Scenario
  readonly cases: readonly Case[]
  readonly origins: Origins
  /** Absolute; null when it was built from flags. */
  readonly file: string | null
  /** File URL of the scenario module when a load is made of code, else null. */
  readonly module: string | null
  readonly warnings: readonly string[]
  /** Digest of a scenario derived from one of the cases. */
  readonly digestOf: (scenario: Scenario) => string
}

export interface CompileContext {
  readonly place: Place
  /** Absolute folder that relative names start at. */
  readonly folder: string
  /** How complaints and origins call the source: a file name, or `command line`. */
  readonly sourceName: string
  readonly given: string
  readonly mask: (text: string) => string
}

/** From what the source says to cases. Throws ScenarioError with every complaint. */
export function compileScenario(
  source: Source,
  { overrides, findings: unread }: Overrides,
  context: CompileContext,
): LoadedScenario {
  const { raw, applied, findings: misplaced } = applyOverrides(source.raw, overrides)
  const { factors, findings: wrongFactors } = readFactors(parseParts(raw).parts.vary ?? {}, raw)
  const tooMany = wrongFactors.some(({ path }) => path.length === 1)
  const cells = cellsOf(raw, tooMany ? [] : factors).map(cell => ({ cell, ...examine(cell, context.place) }))
  const complain = (finding: Finding & { readonly origin?: string }): Complaint => {
    const origin = finding.origin ?? applied.findLast(({ path }) => startsWith(finding.path, path))?.origin
    const position = origin === undefined ? source.locate(finding.path) : null
    return {
      file: origin ?? context.sourceName,
      line: position?.line ?? null,
      column: position?.column ?? null,
      path: context.mask(pathText(finding.path)),
      expected: context.mask(finding.expected),
      found: shownValue(shown(finding.path, finding.found), context.mask),
      hint: finding.hint && context.mask(finding.hint),
    }
  }
  refuse([...unread, ...misplaced, ...wrongFactors, ...cells.flatMap(({ findings }) => findings)].map(complain))
  const cases = onceDirect(cells.map(({ cell, scenario }) => toCase(cell, scenario(), source.raw, context.folder)))
  refuse(repeatedCases(cases).map(complain))
  const { scenario } = cases[0]!
  const coded = scenario.load.some(load =>
    load.protocol === 'mllp' ? load.messages.kind === 'code' : load.operations.some(({ kind }) => kind === 'code'),
  )
  return {
    scenario,
    cases,
    origins: originsOf(
      scenario,
      source.raw,
      [...applied, ...factors.map(({ path }) => ({ path, origin: `${context.given} (vary)` }))],
      context.given,
    ),
    file: context.place.file,
    module: coded ? source.module : null,
    warnings: [...new Set(cases.flatMap(item => warningsOf(item.scenario)))].map(context.mask),
    digestOf: derived => caseDigest(derived, source.raw, context.folder),
  }
}

function examine(cell: Cell, place: Place): { findings: readonly Finding[]; scenario: () => Scenario } {
  const { parts, findings } = parseParts(cell.raw)
  const all = [...findings, ...checkParts(parts, cell.raw, place)].map(finding => {
    const level = cell.places.find(({ path }) => startsWith(finding.path, path))
    return level ? { ...finding, path: level.source } : finding
  })
  return { findings: all, scenario: () => resolveScenario(parts as ParsedScenario, cell.raw, place) }
}

function refuse(complaints: readonly Complaint[]): void {
  const different = [...new Map(complaints.map(complaint => [JSON.stringify(complaint), complaint])).values()]
  if (different.length > 0) throw new ScenarioError(different)
}

function toCase(all: Cell, scenario: Scenario, exported: unknown, folder: string): Case {
  const cell = isDirect(scenario) ? { ...all, levels: withoutVpn(all.levels) } : all
  return {
    id: caseId(scenario.name, cell),
    scenario,
    levels: cell.levels,
    digest: caseDigest(scenario, exported, folder),
  }
}

const isDirect = ({ environment }: Scenario): boolean =>
  environment.kind === 'netns' && environment.topology === 'direct'

const withoutVpn = (levels: Cell['levels']): Cell['levels'] =>
  Object.fromEntries(Object.entries(levels).filter(([path]) => !path.startsWith('environment.vpn')))

/** Without a gateway all levels of a VPN measure the same: the reference stands once beside them. */
const onceDirect = (cases: readonly Case[]): readonly Case[] =>
  cases.filter(
    (item, index) => !isDirect(item.scenario) || cases.findIndex(({ digest }) => digest === item.digest) === index,
  )

function repeatedCases(cases: readonly Case[]): readonly Finding[] {
  const repeated = cases.filter((item, index) => cases.findIndex(({ digest }) => digest === item.digest) < index)
  if (repeated.length === 0) return []
  const found = repeated.map(({ id }) => id)
  return [
    {
      path: ['vary'],
      expected: 'levels that differ in what is measured',
      found,
      hint: 'these cases measure the same as another: vary a setting that takes effect',
    },
  ]
}
