import { digestBody } from '../ledger/arrivals.ts'
import type { Load } from '../model/scenario.ts'
import type { LoadContent } from '../scenario/content.ts'
import type { MessageFunction, RequestFunction } from '../workload/code.ts'
import type { CompiledOperations } from '../workload/fhir/compiled.ts'
import { createDraft, requestStream } from '../workload/fhir/stream.ts'
import type { CompiledMessages } from '../workload/hl7/compiled.ts'
import { messageStream } from '../workload/hl7/stream.ts'
import type { StreamOptions } from '../workload/streamOptions.ts'

/** Makes again what a load sent: the digest of the body of message `index`, as a receiver's record holds it. */
export function digestsOf(
  load: Load,
  { compiled, code }: LoadContent,
  options: StreamOptions,
): (index: number) => Uint8Array {
  if (load.protocol === 'mllp') {
    const stream = messageStream(compiled as CompiledMessages, options, (code as MessageFunction | null) ?? undefined)
    const out = { bytes: new Uint8Array(4096), length: 0 }
    return index => {
      stream.render(index, out)
      return digestBody(out.bytes.subarray(0, out.length))
    }
  }
  const stream = requestStream(compiled as CompiledOperations, options, (code as RequestFunction | null) ?? undefined)
  const draft = createDraft()
  return index => {
    stream.render(index, draft)
    return digestBody(draft.body.bytes.subarray(0, draft.body.length))
  }
}
