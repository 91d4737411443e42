import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { AuthSettings } from '../model/auth.ts'
import type { Load, Scenario } from '../model/scenario.ts'
import type { TlsSettings } from '../model/tls.ts'
import { codeOfLoad } from '../workload/code.ts'

/**
 * 12 hex digits of the SHA-256 over what decides the measurement: load (files by their contents, functions by their source), environment, phases and
 * the SUT's command. Name, description, SLOs, runs, seed, validity and the places of files do not count.
 * `exported` = what the scenario module exports: a function's text counts, what it calls elsewhere does not.
 */
export function caseDigest(scenario: Scenario, exported: unknown, folder: string): string {
  const decisive = {
    environment: scenario.environment,
    load: scenario.load.map((load, index) => contentOf(load, codeOfLoad(exported, index))),
    phases: scenario.phases,
    ...(scenario.drills && { drills: scenario.drills }),
    sut: sutOf(scenario, folder),
  }
  return sha256(canonicalJson(decisive)).slice(0, 12)
}

/** JSON with the keys of every object in code-unit order: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function contentOf(load: Load, code: unknown): unknown {
  const source = code === null ? null : String(code)
  // How an assumption is worded decides nothing: what was assumed is in the load itself.
  const { assumed: _, tls, ...others } = load
  const decisive = { ...others, ...(tls && { tls: decisiveOf(tls) }) }
  if (decisive.protocol === 'mllp') return { ...decisive, messages: contentOfPart(decisive.messages, source) }
  const { auth, capability: _capability, ...fhir } = decisive
  const shown = { ...fhir, ...(auth && { auth: decisiveAuth(auth) }) }
  return { ...shown, operations: decisive.operations.map(operation => contentOfPart(operation, source)) }
}

/** Whose certificates they are decides nothing, and they are renewed. */
const decisiveOf = ({ mutual, cert, minVersion, verify }: TlsSettings) => ({
  mutual: mutual || cert !== null,
  minVersion,
  verify,
})

/** Whose key it is and how it is called decides nothing. */
const decisiveAuth = ({ algorithm, tokenLifetimeMs }: AuthSettings) => ({ algorithm, tokenLifetimeMs })

function contentOfPart(
  part: { readonly kind: string; readonly files?: readonly string[] },
  source: string | null,
): unknown {
  if (part.kind === 'code') return { ...part, source }
  return part.files ? { ...part, files: part.files.map(file => sha256(readFileSync(file))) } : part
}

function sutOf({ sut, environment }: Scenario, folder: string): unknown {
  const downstream = sut.downstream === null ? {} : { downstream: sut.downstream }
  if (environment.kind === 'attached') return sut.downstream && downstream
  if (sut.start === null) return { builtin: sut.builtin, fhirBasePath: sut.fhirBasePath }
  const cwd = relative(folder, sut.cwd).split(sep).join('/')
  return { start: sut.start, env: sut.env, cwd, fhirBasePath: sut.fhirBasePath, ...downstream }
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
