import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Load } from '../src/model/scenario.ts'
import { adhocScenario } from '../src/scenario/adhoc.ts'
import { readContents } from '../src/scenario/content.ts'
import type { CompiledOperations } from '../src/workload/fhir/compiled.ts'
import { HICN_HASH_LENGTH } from '../src/workload/fhir/hicnHash.ts'
import { createDraft, requestStream } from '../src/workload/fhir/stream.ts'
import type { CompiledMessages } from '../src/workload/hl7/compiled.ts'
import { messageStream } from '../src/workload/hl7/stream.ts'

export const BASE_PATH = '/fhir'

/** What all senders of a bench send. */
export interface Content {
  readonly load: Load
  readonly compiled: CompiledMessages | CompiledOperations
  /** What makes messages and identifiers unique; the same in every measurement, so that all send alike. */
  readonly identity: {
    readonly seed: number
    readonly runKey: string
    readonly loadIndex: number
    readonly epochMs: number
    readonly gapMs: number
    readonly basePath: string
  }
}

/** ADT^A01 from the templates, as small as they are. */
export function mllpContent(seed: number): Promise<Content> {
  return contentOf('mllp://127.0.0.1:1', '', seed, ['messages.mix={ADT^A01: 1}', 'messages.sizes=template'])
}

/** `POST Patient/_search` by hicnHash, each for a patient drawn from ten million, verified: status 200, a Bundle, total 1. */
export function fhirContent(seed: number): Promise<Content> {
  const search = '{search: Patient, by: hicnHash, method: POST, expectTotal: 1}'
  return contentOf(`http://127.0.0.1:1${BASE_PATH}`, BASE_PATH, seed, [`operations=[${search}]`, 'population=10000000'])
}

export async function contentOf(
  url: string,
  basePath: string,
  seed: number,
  settings: readonly string[],
): Promise<Content> {
  const sets = settings.map(setting => `load.0.${setting}`)
  const loaded = adhocScenario([url], {}, { sets })
  const contents = await readContents(loaded)
  return {
    load: loaded.scenario.load[0]!,
    compiled: contents.get(loaded.cases[0]!.id)![0]!.compiled,
    identity: { seed, runKey: 'BENCH0', loadIndex: 0, epochMs: Date.UTC(2026, 0, 1), gapMs: 1, basePath },
  }
}

/** The first message, for a peer to send with control ids of its own. */
export function sampleMessage({ compiled, identity }: Content): string {
  const out = { bytes: new Uint8Array(4096), length: 0 }
  messageStream(compiled as CompiledMessages, identity).render(0, out)
  return Buffer.from(out.bytes.subarray(0, out.length)).toString('utf8')
}

/** Writes that message to a file of the folder. @returns its name */
export function writeSampleMessage(content: Content, folder: string): string {
  const file = join(folder, 'message.hl7')
  writeFileSync(file, sampleMessage(content))
  return file
}

/** The path of the searches, and their body up to the hash: a peer appends `hashLength` characters of its own. */
export function sampleSearch({ compiled, identity }: Content): { path: string; bodyStart: string; hashLength: number } {
  const draft = createDraft()
  requestStream(compiled as CompiledOperations, identity).render(0, draft)
  const textOf = ({ bytes, length }: { bytes: Uint8Array; length: number }) =>
    Buffer.from(bytes.subarray(0, length)).toString('latin1')
  return {
    path: BASE_PATH + textOf(draft.path),
    bodyStart: textOf(draft.body).slice(0, -HICN_HASH_LENGTH),
    hashLength: HICN_HASH_LENGTH,
  }
}
