import { readFileSync } from 'node:fs'
import type { FhirLoad, MllpLoad, Scenario } from '../model/scenario.ts'
import { MAX_DATA_BYTES } from '../protocol/hllp/block.ts'
import { codeOfLoad, type MessageFunction, type RequestFunction } from '../workload/code.ts'
import { type CompiledOperations, compileOperations } from '../workload/fhir/compiled.ts'
import { type PostedResource, parseFhirFile } from '../workload/fhir/files.ts'
import { ackConditionFault } from '../workload/hl7/ackConditions.ts'
import { carryIdentity } from '../workload/hl7/carry.ts'
import { type CompiledMessages, compileMessages } from '../workload/hl7/compiled.ts'
import { parseFieldPath } from '../workload/hl7/fieldPath.ts'
import { parseHl7File } from '../workload/hl7/files.ts'
import type { LoadedScenario } from './compile.ts'
import { type Complaint, ScenarioError } from './complaint.ts'

/** Our MSH-7 (23 bytes) and MSH-10 (15) may be longer than the message's own. */
const LARGEST_HEADER_GROWTH = 38

/** What a load sends, compiled once: plain data for generators and audit, or the user's function. */
export interface LoadContent {
  readonly compiled: CompiledMessages | CompiledOperations
  readonly code: MessageFunction | RequestFunction | null
  /** File URL of the scenario module, for a load made of code. */
  readonly module: string | null
}

/**
 * Reads the files of messages and resources, compiles every load of every case and has the message templates validated.
 * @returns contents by case id, in the order of the case's loads
 * @throws ScenarioError with all that is wrong in any file or template
 */
export async function readContents({ cases, module }: LoadedScenario): Promise<Map<string, LoadContent[]>> {
  const exported = module === null ? null : ((await import(module)) as { default: unknown }).default
  const complaints: Complaint[] = []
  const contents = new Map(
    cases.map(({ id, scenario }) => [
      id,
      scenario.load.map((load, index) => {
        const code = codeOfLoad(exported, index)
        const compiled =
          load.protocol === 'fhir'
            ? compileFhir(load, `load[${index}]`, complaints)
            : compileMllp(load, `load[${index}]`, scenario, complaints)
        return { compiled, code, module: code === null ? null : module }
      }),
    ]),
  )
  complaints.push(...(await templateComplaints([...contents.values()].flat())))
  if (complaints.length > 0)
    throw new ScenarioError([...new Map(complaints.map(each => [JSON.stringify(each), each])).values()])
  return contents
}

function compileFhir(load: FhirLoad, path: string, complaints: Complaint[]): CompiledOperations {
  const before = complaints.length
  const resources = new Map(
    load.operations.flatMap((operation, i) =>
      operation.kind === 'files'
        ? [
            [
              operation.files,
              operation.files.flatMap(file => readResources(file, `${path}.operations[${i}].files`, complaints)),
            ],
          ]
        : [],
    ),
  )
  const isComplained = complaints.length > before
  return isComplained
    ? { operations: [], population: 0, skew: 0, charset: 'ascii' }
    : compileOperations(load, files => resources.get(files) ?? [])
}

function compileMllp(load: MllpLoad, path: string, { sut, file }: Scenario, complaints: Complaint[]): CompiledMessages {
  const { messages, acknowledgement } = load
  const read =
    messages.kind === 'files'
      ? messages.files.flatMap(name => readMessages(load, name, `${path}.messages.files`, complaints))
      : []
  if (messages.kind === 'files' && read.length === 0) return { kind: 'files', messages: [] }
  const identityAt = sut.downstream === null ? null : parseFieldPath(sut.downstream.identity)
  try {
    const compiled = compileMessages(messages, read, acknowledgement)
    return identityAt === null ? compiled : carryIdentity(compiled, identityAt)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    complaints.push(
      complaint(file ?? 'command line', null, `${path}.messages`, 'messages that can be made', error.message),
    )
    return { kind: 'files', messages: [] }
  }
}

function readMessages(load: MllpLoad, file: string, path: string, complaints: Complaint[]): readonly Uint8Array[] {
  const bytes = read(file, path, complaints)
  if (bytes === null) return []
  const parsed = parseHl7File(bytes, file)
  complaints.push(
    ...parsed.complaints.map(({ line, reason }) => complaint(file, line, path, 'HL7 v2 messages', reason)),
    ...parsed.messages.flatMap((message, index) =>
      wireFaults(load, message).map(fault =>
        complaint(file, null, path, 'messages that this load can carry', `message ${index + 1}: ${fault}`),
      ),
    ),
  )
  return parsed.messages
}

/** Why a message of the user's cannot go out as the load is set; it is sent as it is, but for MSH-7 and MSH-10. */
function wireFaults({ acknowledgement, transport }: MllpLoad, message: Uint8Array): readonly string[] {
  const condition = ackConditionFault(message, acknowledgement)
  const sent = message.length + LARGEST_HEADER_GROWTH
  const isTooLong = transport === 'hllp' && sent > MAX_DATA_BYTES
  return [
    ...(condition === null ? [] : [condition]),
    ...(isTooLong ? [`${message.length} bytes; an HLLP block holds ${MAX_DATA_BYTES}, MSH-7 and MSH-10 included`] : []),
  ]
}

function readResources(file: string, path: string, complaints: Complaint[]): readonly PostedResource[] {
  const bytes = read(file, path, complaints)
  if (bytes === null) return []
  const parsed = parseFhirFile(bytes.toString('utf8'), file)
  complaints.push(...parsed.complaints.map(({ line, reason }) => complaint(file, line, path, 'FHIR resources', reason)))
  return parsed.resources
}

function read(file: string, path: string, complaints: Complaint[]): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    complaints.push(complaint(file, null, path, 'a readable file', (error as Error).message))
    return null
  }
}

function complaint(file: string, line: number | null, path: string, expected: string, found: string): Complaint {
  return { file, line, column: null, path, expected, found, hint: null }
}

/** Templates are validated once, by node-hl7-client; it is only loaded when there are any. */
async function templateComplaints(contents: readonly LoadContent[]): Promise<Complaint[]> {
  const mixes = contents.flatMap(({ compiled }) => ('kind' in compiled && compiled.kind === 'mix' ? [compiled] : []))
  if (mixes.length === 0) return []
  const { validateTemplates } = await import('../workload/hl7/validate.ts')
  return mixes
    .flatMap(validateTemplates)
    .map(fault => complaint('built-in templates', null, 'messages.mix', 'messages that node-hl7-client accepts', fault))
}
