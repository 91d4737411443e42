import type { FhirOperation } from '../../../src/model/scenario.ts'
import type { Bytes, RequestStream } from '../../../src/model/stream.ts'
import { compileOperations } from '../../../src/workload/fhir/compiled.ts'
import type { PostedResource } from '../../../src/workload/fhir/files.ts'
import { createDraft, requestStream } from '../../../src/workload/fhir/stream.ts'

export const OPTIONS = { seed: 1, runKey: 'ABC123', loadIndex: 2, epochMs: 0, gapMs: 1 }

/** The stream of operations as a generator gets it: through JSON. */
export function streamOf(
  operations: readonly FhirOperation[],
  options: Partial<typeof OPTIONS> = {},
  resources: readonly PostedResource[] = [],
): RequestStream {
  const compiled = JSON.parse(JSON.stringify(compileOperations({ operations, population: 100 }, () => resources)))
  return requestStream(compiled, { ...OPTIONS, ...options })
}

export interface Rendered {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly ifNoneExist: string
  readonly body: string
  readonly contentType: string
}

export function request(stream: RequestStream, index: number, draft = createDraft()): Rendered {
  stream.render(index, draft)
  const text = ({ bytes, length }: Bytes) => new TextDecoder().decode(bytes.subarray(0, length))
  return {
    name: stream.operations[draft.operation]!.name,
    method: draft.method,
    path: text(draft.path),
    ifNoneExist: text(draft.ifNoneExist),
    body: text(draft.body),
    contentType: draft.contentType,
  }
}
